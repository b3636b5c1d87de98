import { Agent, request } from 'undici'
import { InfraError } from '../../core/errors.js'
import type { Pace } from './pace.js'

export interface ApiOptions {
  /** How people call it. */
  readonly label: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for one answer. */
  readonly timeLimitMs: number
  /** Where it names no time itself. */
  readonly blockMs: number
}

export interface ApiAnswer {
  readonly status: number
  readonly json: unknown
  /** The `Link` header, if any. */
  readonly link: string
}

type Method = 'GET' | 'POST' | 'PATCH'

/** JSON over HTTPS with a time limit, within the limits that the other side sets. It repeats nothing: the loop looks again. */
export class DnsApi {
  private readonly agent = new Agent()

  constructor(private readonly options: ApiOptions) {}

  /** `paces`: the narrowest first. Answers of 5xx and 429, none at all, and what is no JSON are InfraErrors; the others are the caller's to judge. */
  async call(
    method: Method,
    path: string,
    paces: readonly Pace[],
    signal: AbortSignal,
    body?: unknown,
    /** How many calls are to follow on this one, itself included: a listing that is cut off midway is worth nothing. */
    inRow = 1,
  ): Promise<ApiAnswer> {
    const wait = Math.max(...paces.map((pace) => pace.readyIn(inRow)))
    if (wait > 0) throw this.throttled(`${method} ${path}: our own pace`, wait)
    for (const pace of paces) pace.take()
    const answer = await this.send(method, path, signal, body)
    const { status, text, retryAfter } = answer
    if (status === 429) {
      const afterMs = retryAfterMs(retryAfter) ?? this.options.blockMs
      // Which of its limits it was is not said: most likely the narrowest.
      paces[0]?.block(afterMs)
      throw this.throttled(`${method} ${path} answered 429`, afterMs)
    }
    if (status >= 500) throw this.failed(`${method} ${path} answered ${status}`)
    return { status, json: this.parsed(text, `${method} ${path} answered ${status}`), link: answer.link }
  }

  async close(): Promise<void> {
    await this.agent.close()
  }

  /** `never`: the token lacks something, or what we sent is wrong. */
  refused(retry: 'later' | 'never', what: string, sentence: string): InfraError {
    return new InfraError('dns', retry, `dns: ${this.options.label}: ${what}`, { sentence })
  }

  private async send(
    method: Method,
    path: string,
    signal: AbortSignal,
    body: unknown,
  ): Promise<{ status: number; text: string; link: string; retryAfter: string }> {
    const { url, headers, timeLimitMs } = this.options
    const limit = AbortSignal.timeout(timeLimitMs)
    try {
      const answer = await request(`${url.replace(/\/+$/, '')}${path}`, {
        method,
        headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
        dispatcher: this.agent,
        signal: AbortSignal.any([signal, limit]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      return {
        status: answer.statusCode,
        text,
        link: first(answer.headers['link']),
        retryAfter: first(answer.headers['retry-after']),
      }
    } catch (error) {
      signal.throwIfAborted()
      throw this.failed(`${method} ${path}: ${limit.aborted ? 'no answer in time' : (error as Error).message}`, error)
    }
  }

  private parsed(text: string, what: string): unknown {
    if (text.trim() === '') return null
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      throw this.failed(`${what} with something that is not JSON`, error)
    }
  }

  private throttled(what: string, afterMs: number): InfraError {
    const { label } = this.options
    const sentence = `${label} accepts the next change`
    return new InfraError('dns', 'later', `dns: ${label}: ${what}, ${afterMs} ms to wait`, { sentence, afterMs })
  }

  private failed(what: string, cause?: unknown): InfraError {
    const { label } = this.options
    return new InfraError('dns', 'later', `dns: ${label}: ${what}`, { sentence: `${label} does not answer`, cause })
  }
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** Seconds, as both of them send; a date is possible and treated as none. */
function retryAfterMs(header: string): number | null {
  return /^\d+$/.test(header.trim()) ? Number(header) * 1000 : null
}
