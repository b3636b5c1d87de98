import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { change, idIndex, read, type Method } from './document.js'
import { AdminRefusal } from './refusal.js'

export interface ConfigHolder {
  readonly config: unknown
  /** Throws AdminRefusal, and then nothing has changed. */
  replace(config: unknown): Promise<void>
}

/** Caddy's admin API over one config. Changes go one after the other. */
export class Admin {
  private last: Promise<unknown> = Promise.resolve()

  constructor(private readonly holder: ConfigHolder) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.headers.origin !== undefined || request.headers['sec-fetch-mode'] !== undefined)
        throw new AdminRefusal(403, `client is not allowed to access from origin '${request.headers.origin ?? ''}'`)
      const body = await text(request)
      const turn = this.last.then(() => this.answer(request, body, response))
      this.last = turn.catch(() => undefined)
      await turn
    } catch (error) {
      const status = error instanceof AdminRefusal ? error.status : 500
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(`${JSON.stringify({ error: (error as Error).message })}\n`)
    }
  }

  private async answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const method = request.method ?? 'GET'
    if (url.pathname === '/load' && method === 'POST') await this.holder.replace(checked(parse(body)))
    else {
      const path = this.pathOf(url.pathname)
      if (method === 'GET') return this.show(path, response)
      if (!isMethod(method)) throw new AdminRefusal(405, `method ${method} not allowed`)
      this.demandMatch(request.headers['if-match'])
      const value = method === 'DELETE' ? undefined : parse(body)
      await this.holder.replace(checked(change(this.holder.config, method, path, value)))
    }
    response.writeHead(200)
    response.end()
  }

  private show(path: readonly string[], response: ServerResponse): void {
    const value = read(this.holder.config, path)
    response.writeHead(200, { 'Content-Type': 'application/json', Etag: etagOf(path, value) })
    response.end(`${JSON.stringify(value)}\n`)
  }

  private demandMatch(header: string | string[] | undefined): void {
    if (typeof header !== 'string' || header === '') return
    const path = /^"(\/\S*) /.exec(header)?.[1]
    if (path === undefined) throw new AdminRefusal(400, 'malformed If-Match header; expect format "<path> <hash>"')
    const steps = this.pathOf(path)
    if (etagOf(steps, read(this.holder.config, steps)) !== header)
      throw new AdminRefusal(412, 'If-Match header did not match current config hash')
  }

  private pathOf(pathname: string): readonly string[] {
    const [root, ...steps] = pathname
      .split('/')
      .filter((step) => step !== '')
      .map(decodeURIComponent)
    if (root === 'config') return steps
    if (root !== 'id') throw new AdminRefusal(404, `no such endpoint: ${pathname}`)
    const [id, ...rest] = steps
    const found = idIndex(this.holder.config).get(id ?? '')
    if (found === undefined) throw new AdminRefusal(404, `unknown object ID '${id ?? ''}'`)
    return [...found, ...rest]
  }
}

const isMethod = (method: string): method is Method => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)

function etagOf(path: readonly string[], value: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
  return `"/config/${path.join('/')} ${hash}"`
}

function checked(config: unknown): unknown {
  idIndex(config)
  return config
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch (error) {
    throw new AdminRefusal(400, `decoding request body: ${(error as Error).message}`)
  }
}
