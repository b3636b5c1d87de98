import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from '../../contract/dns-faults.js'

export interface ApiRequest {
  readonly method: string
  /** Below the API's own address: `/zones`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string
  readonly body: unknown
}

export interface ApiReply {
  readonly status: number
  readonly json: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A service's API on loopback, with the real one's rules, and whatever may go wrong on the way to it. */
export abstract class ApiDouble {
  /** Every request, the oldest first: `GET /zones`. */
  readonly requests: string[] = []
  /** How many were answered 429. */
  throttled = 0
  private trap: { readonly request: RegExp; readonly fault: Fault } | null = null
  private readonly server: Server = createServer((request, response) => void this.serve(request, response))

  protected constructor(private readonly prefix: string) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  /** The next request like this one meets that fate. */
  breakOn(request: RegExp, fault: Fault): void {
    this.trap = { request, fault }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  protected abstract answer(request: ApiRequest): ApiReply
  protected abstract revoke(): void

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://double')
    const line = `${incoming.method} ${pathname.slice(this.prefix.length)}`
    this.requests.push(line)
    const fault = this.faultOn(line)
    if (fault === 'revoked') this.revoke()
    const text = Buffer.concat(chunks).toString()
    const reply: ApiReply = pathname.startsWith(this.prefix)
      ? this.answer({
          method: incoming.method ?? '',
          path: pathname.slice(this.prefix.length),
          query: searchParams,
          authorization: incoming.headers.authorization ?? '',
          body: text === '' ? null : JSON.parse(text),
        })
      : { status: 404, json: { detail: 'Not found.' } }
    if (reply.status === 429) this.throttled += 1
    this.send(response, reply, fault)
  }

  private faultOn(line: string): Fault | null {
    if (this.trap === null || !this.trap.request.test(line)) return null
    const { fault } = this.trap
    this.trap = null
    return fault
  }

  private send(response: ServerResponse, { status, json, headers }: ApiReply, fault: Fault | null): void {
    const text = JSON.stringify(json)
    switch (fault) {
      case 'lost':
        return
      case 'cut':
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
        response.write(text.slice(0, text.length / 2), () => response.destroy())
        return
      case 'broken':
        response.writeHead(503).end('upstream connect error')
        return
      case 'garbled':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Just a moment...</html>')
        return
      case 'revoked':
      case null:
        response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(text)
    }
  }
}
