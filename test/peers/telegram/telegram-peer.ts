import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Delivery } from './delivery.js'
import { call } from './methods.js'
import { parseMultipart } from './multipart.js'
import { Person } from './person.js'
import { Refusal, tooManyRequests } from './refusal.js'
import { findMethod, fromText, type Method, type Parameters } from './schemas.js'
import type { Uploads } from './sending.js'
import { World } from './world.js'

const TOKEN = '4242:AAHsandpiperPeerTokenForTestsOnly00000'

/** One call as the bot made it, and how it was answered. `at`: monotonic, in milliseconds. */
export interface Called {
  readonly method: Method
  readonly parameters: Parameters
  readonly at: number
  readonly refused: string | null
}

/** A strict Telegram on loopback, spoken to by the real client library. */
export class TelegramPeer {
  /** How far its clock is ahead of this machine's, in milliseconds. */
  ahead = 0
  readonly token = TOKEN
  readonly calls: Called[] = []
  readonly delivery = new Delivery(() => this.now())
  readonly world = new World(
    () => this.now(),
    (update) => this.delivery.push(update),
  )
  private readonly limited = new Map<string, number>()
  private revoked = false
  private server: Server | null = null
  private port = 0

  static async start(): Promise<TelegramPeer> {
    const peer = new TelegramPeer()
    await peer.up()
    return peer
  }

  get apiRoot(): string {
    return `http://127.0.0.1:${this.port}`
  }

  now(): number {
    return Date.now() + this.ahead
  }

  person(name: string, username = `${name.toLowerCase()}_tg`): Person {
    return new Person(this.world, this.world.addUser(name, username))
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
    this.port = (server.address() as AddressInfo).port
    this.server = server
  }

  /** Nobody answers at its address; what people do meanwhile is kept for the bot. */
  async down(): Promise<void> {
    const { server } = this
    this.server = null
    this.dropSockets(server)
    if (server !== null) await new Promise((resolve) => server.close(resolve))
  }

  dropSockets(server = this.server): void {
    server?.closeAllConnections()
  }

  /** 429 on this method from now on, for so many seconds of its clock. */
  limit(method: Method, seconds: number): void {
    this.limited.set(method, this.now() + seconds * 1000)
  }

  revokeToken(): void {
    this.revoked = true
  }

  restoreToken(): void {
    this.revoked = false
  }

  callsOf(method: Method): readonly Called[] {
    return this.calls.filter((one) => one.method === method)
  }

  async close(): Promise<void> {
    this.delivery.close()
    await this.down()
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const away = new AbortController()
    response.on('close', () => away.abort())
    try {
      const result = await this.take(request, away.signal)
      send(response, 200, { ok: true, result })
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, `Internal Server Error: ${String(error)}`)
      const { code, description, parameters } = refusal
      const more = Object.keys(parameters).length > 0 ? { parameters } : {}
      send(response, code, { ok: false, error_code: code, description, ...more })
    }
  }

  private async take(request: IncomingMessage, signal: AbortSignal): Promise<unknown> {
    const body = await read(request)
    const [, token, name = ''] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '') ?? []
    if (token === undefined || !/^\d+:[\w-]{30,}$/.test(token)) throw new Refusal(404, 'Not Found')
    if (token !== this.token || this.revoked) throw new Refusal(401, 'Unauthorized')
    const method = findMethod(name)
    if (method === undefined) throw new Refusal(404, 'Not Found: method not found')
    const at = performance.now()
    const { parameters, uploads } = parametersOf(method, body, request.headers['content-type'] ?? '')
    const until = this.limited.get(method) ?? 0
    try {
      if (until > this.now()) throw tooManyRequests(Math.ceil((until - this.now()) / 1000))
      const result = await call(this.world, this.delivery, method, parameters, uploads, signal)
      this.calls.push({ method, parameters, at, refused: null })
      return result
    } catch (error) {
      this.calls.push({ method, parameters, at, refused: error instanceof Refusal ? error.description : String(error) })
      throw error
    }
  }
}

function parametersOf(method: Method, body: Buffer, type: string): { parameters: Parameters; uploads: Uploads } {
  if (!type.startsWith('multipart/form-data')) {
    const parameters = body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Parameters)
    return { parameters, uploads: new Map() }
  }
  const parts = parseMultipart(body, type)
  const fields = parts.filter((part) => part.fileName === null)
  const files = parts.flatMap(({ name, fileName, bytes }) =>
    fileName === null ? [] : [[name, { fileName, bytes }] as const],
  )
  return {
    parameters: Object.fromEntries(
      fields.map(({ name, bytes }) => [name, fromText(method, name, bytes.toString('utf8'))]),
    ),
    uploads: new Map(files),
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
