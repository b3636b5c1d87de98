import type { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { incusError, wordsOf } from './errors.js'

/** A unix socket, or a remote host with a client certificate. Certificates and key are PEM text. */
export type IncusConnection =
  | { readonly socket: string }
  | { readonly url: string; readonly cert: string; readonly key: string; readonly serverCert: string }

export interface IncusClientOptions {
  readonly project?: string
  /** For one call; waiting for an operation is many calls. */
  readonly timeLimitMs?: number
}

export interface PushOptions {
  /** Of a symlink the content is where it leads. */
  readonly type?: 'file' | 'directory' | 'symlink'
  readonly mode: string
  readonly uid?: number
  readonly gid?: number
  /** Instead of the usual limit of a call, for what is large. */
  readonly limitMs?: number
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const answerShape = z.object({
  error: z.string().default(''),
  error_code: z.number().default(0),
  operation: z.string().default(''),
  metadata: z.unknown(),
})
export type IncusAnswer = z.infer<typeof answerShape>

/** REST over one connection pool. Knows requests and answers, nothing of instances. */
export class IncusClient {
  readonly dispatcher: Agent
  readonly origin: string
  readonly project: string
  readonly timeLimitMs: number

  constructor(connection: IncusConnection, options: IncusClientOptions = {}) {
    this.project = options.project ?? 'default'
    this.timeLimitMs = options.timeLimitMs ?? 10_000
    if ('socket' in connection) {
      this.origin = 'http://incus'
      this.dispatcher = new Agent({ connect: { socketPath: connection.socket } })
    } else {
      // Incus' certificate is its own authority and is pinned; its names do not matter.
      const { cert, key, serverCert } = connection
      this.origin = connection.url.replace(/\/$/, '')
      this.dispatcher = new Agent({ connect: { cert, key, ca: serverCert, checkServerIdentity: () => undefined } })
    }
  }

  async get<T>(path: string, shape: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const answer = await this.call('GET', path, undefined, signal)
    return this.read(path, shape, answer.metadata)
  }

  async call(
    method: Method,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
    limitMs?: number,
  ): Promise<IncusAnswer> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? undefined : JSON.stringify(body)
    return this.exchange(method, path, headers, text, signal, limitMs)
  }

  /** Any other content type than octet-stream writes an empty file and answers 200. */
  async push(
    instance: string,
    path: string,
    content: string | Readable,
    options: PushOptions,
    signal?: AbortSignal,
  ): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      'x-incus-type': options.type ?? 'file',
      'x-incus-mode': options.mode,
      'x-incus-uid': String(options.uid ?? 0),
      'x-incus-gid': String(options.gid ?? 0),
    }
    const query = `path=${encodeURIComponent(path)}`
    const url = `/1.0/instances/${instance}/files?${query}`
    await this.exchange('POST', url, headers, content, signal, options.limitMs)
  }

  read<T>(path: string, shape: z.ZodType<T>, value: unknown): T {
    const result = shape.safeParse(value)
    if (result.success) return result.data
    throw incusError(`read ${path}`, `unexpected answer: ${z.prettifyError(result.error)}`, 0)
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy()
  }

  private async exchange(
    method: Method,
    path: string,
    headers: Record<string, string>,
    body: string | Readable | undefined,
    signal?: AbortSignal,
    limitMs = this.timeLimitMs,
  ): Promise<IncusAnswer> {
    signal?.throwIfAborted()
    const limit = AbortSignal.timeout(limitMs)
    const url = `${this.origin}${path}${path.includes('?') ? '&' : '?'}project=${encodeURIComponent(this.project)}`
    const action = `${method} ${path}`
    let status = 0
    let json: unknown
    try {
      const response = await request(url, {
        method,
        headers,
        body: body ?? null,
        dispatcher: this.dispatcher,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      })
      status = response.statusCode
      json = await response.body.json()
    } catch (error) {
      signal?.throwIfAborted()
      throw incusError(action, wordsOf(error), status, error)
    }
    const answer = this.read(path, answerShape, json)
    if (status >= 400 || answer.error !== '') throw incusError(action, answer.error, answer.error_code || status)
    return answer
  }
}
