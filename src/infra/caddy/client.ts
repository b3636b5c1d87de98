import { Agent, request } from 'undici'
import { InfraError } from '../../core/errors.js'
import type { Json } from './json.js'

export type CaddyAddress = { readonly socketPath: string } | { readonly url: string }

export interface CaddyClientOptions {
  /** Milliseconds; a write of a large config that asks for certificates takes a while. */
  readonly timeLimitMs?: number
  /** Told of each write that is sent. */
  readonly onWrite?: (method: string, path: string) => void
}

/** `stale`: the config is another one by now. `unsure`: the connection broke, it may have been accepted. */
export type WriteOutcome = 'written' | 'stale' | 'unsure'

/** Caddy's admin API. Not with `fetch`, whose `Origin`-bearing requests Caddy refuses. */
export class CaddyClient {
  private readonly agent: Agent
  private readonly base: string
  private readonly timeLimitMs: number
  private readonly onWrite: (method: string, path: string) => void

  constructor(address: CaddyAddress, options: CaddyClientOptions = {}) {
    this.base = 'url' in address ? address.url.replace(/\/+$/, '') : 'http://localhost'
    this.agent = new Agent('socketPath' in address ? { connect: { socketPath: address.socketPath } } : {})
    this.timeLimitMs = options.timeLimitMs ?? 10_000
    this.onWrite = options.onWrite ?? (() => {})
  }

  /** The text, as a caller that knows the Etag need not parse it. Reads again where a change cut the connection. */
  async read(path: string, signal?: AbortSignal): Promise<{ text: string; etag: string | null }> {
    for (let cuts = 0; ; cuts++) {
      try {
        const { status, text, etag } = await this.send('GET', path, {}, undefined, signal)
        if (status !== 200) throw refused(`GET ${path}`, status, text)
        return { text, etag }
      } catch (error) {
        if (!wasCut(error) || cuts === 2) throw error
      }
    }
  }

  async write(method: 'POST' | 'PATCH', path: string, body: Json, ifMatch: string | null): Promise<WriteOutcome> {
    const headers = { 'content-type': 'application/json', ...(ifMatch === null ? {} : { 'if-match': ifMatch }) }
    this.onWrite(method, path)
    try {
      const answer = await this.send(method, path, headers, JSON.stringify(body))
      if (answer.status === 412) return 'stale'
      if (answer.status >= 300) throw refused(`${method} ${path}`, answer.status, answer.text)
      return 'written'
    } catch (error) {
      if (wasCut(error)) return 'unsure'
      throw error
    }
  }

  async close(): Promise<void> {
    await this.agent.close()
  }

  private async send(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    headers: Record<string, string>,
    body?: string,
    signal?: AbortSignal,
  ): Promise<{ status: number; text: string; etag: string | null }> {
    const limit = AbortSignal.timeout(this.timeLimitMs)
    try {
      const answer = await request(`${this.base}${path}`, {
        method,
        headers,
        dispatcher: this.agent,
        // A connection of its own each time: a change of the config may cut one that is kept.
        reset: true,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body === undefined ? {} : { body }),
      })
      const text = await answer.body.text()
      // Caddy 2.6 sends it behind the body.
      return { status: answer.statusCode, text, etag: first(answer.headers['etag']) ?? answer.trailers['etag'] ?? null }
    } catch (error) {
      if (signal?.aborted === true) throw error
      const why = limit.aborted ? `no answer within ${this.timeLimitMs} ms` : (error as Error).message
      const sentence = 'the host’s Caddy does not answer'
      throw new InfraError('caddy', 'later', `caddy: ${method} ${path}: ${why}`, { sentence, cause: error })
    }
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function wasCut(error: unknown): boolean {
  const cause = error instanceof InfraError ? (error.cause as { code?: unknown } | undefined) : undefined
  return cause !== undefined && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(String(cause.code))
}

function refused(what: string, status: number, text: string): InfraError {
  // Caddy quotes the config in its refusals.
  const said = text
    .replace(/\$2[abxy]?\$[\w./$]+/g, '(hash)')
    .trim()
    .slice(0, 500)
  const message = `caddy: ${what} answered ${status}: ${said}`
  const lacking = /unknown module: (dns\.providers\.[\w.-]+)/.exec(text)?.[1]
  if (lacking !== undefined) {
    const sentence = `the host’s Caddy lacks the module \`${lacking}\`, which [caddy] dns_provider wants`
    return new CaddyRefusal('never', message, sentence)
  }
  return new CaddyRefusal(status >= 500 ? 'later' : 'never', message)
}

/** Caddy answered and would not have it, in contrast to one that is away. */
export class CaddyRefusal extends InfraError {
  constructor(retry: 'later' | 'never', message: string, sentence?: string) {
    super('caddy', retry, message, sentence === undefined ? {} : { sentence })
  }
}
