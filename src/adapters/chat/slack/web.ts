import type { webApi } from '@slack/bolt'
import { PlatformRefusal, RateLimited } from '../../../bot/chat.js'
import { InfraError } from '../../../core/errors.js'
import type { Clock } from '../../../core/ports.js'

/** Slack said no to this very call; `code` is its own word for why. */
export class SlackRefusal extends PlatformRefusal {
  constructor(
    method: string,
    readonly code: string,
    needed: string | undefined,
  ) {
    super(`${method}: ${code}${needed === undefined ? '' : ` (${needed})`}`)
  }
}

/** Why nothing at all can be said: a token that is refused, in Slack's own word, or no answer. */
export type Trouble =
  { readonly kind: 'token'; readonly code: string } | { readonly kind: 'silence'; readonly why: string }

const TOKEN = new Set(['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired'])
const PASSING = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])

/** What the Web API's errors carry; told apart by their code, since the library is loaded late. */
interface WebApiError {
  readonly code?: string
  readonly retryAfter?: number
  readonly data?: { readonly error?: string; readonly needed?: string }
}

/** Calls of the Web API, its answers told apart: not now, never, or not so fast. */
export class Web {
  private readonly heldUntil = new Map<string, number>()

  constructor(
    private readonly client: webApi.WebClient,
    private readonly clock: Clock,
    private readonly troubled: (trouble: Trouble) => void,
  ) {}

  /** `share`: what the method's limit is counted by, where it is not the whole workspace: a channel. */
  async call<Result>(
    method: string,
    share: string,
    run: (client: webApi.WebClient) => Promise<Result>,
  ): Promise<Result> {
    const key = `${method} ${share}`
    const wait = (this.heldUntil.get(key) ?? 0) - this.clock.now().getTime()
    if (wait > 0) throw new RateLimited('destination', wait)
    try {
      return await run(this.client)
    } catch (error) {
      const told = this.told(method, error)
      if (told instanceof RateLimited) this.heldUntil.set(key, this.clock.now().getTime() + told.retryAfterMs)
      throw told
    }
  }

  private told(method: string, error: unknown): Error {
    const trouble = troubleOf(error)
    if (trouble !== null) {
      this.troubled(trouble)
      const why = trouble.kind === 'token' ? trouble.code : 'no answer'
      return new InfraError('chat', 'later', `${method}: ${why}`, { cause: error })
    }
    const { code, retryAfter = 1, data } = error as WebApiError
    if (code === 'slack_webapi_rate_limited_error') return new RateLimited('destination', retryAfter * 1000)
    const refused = data?.error ?? ''
    if (PASSING.has(refused)) return new InfraError('chat', 'later', `${method}: ${refused}`)
    return new SlackRefusal(method, refused, data?.needed)
  }
}

/** Null where it is no trouble of the connection: a call that was refused, or one too many. */
export function troubleOf(error: unknown): Trouble | null {
  const { code, data } = error as WebApiError
  if (code === 'slack_webapi_rate_limited_error') return null
  const refused = data?.error
  if (code !== 'slack_webapi_platform_error' || refused === undefined) {
    return { kind: 'silence', why: error instanceof Error ? error.message : String(error) }
  }
  return TOKEN.has(refused) ? { kind: 'token', code: refused } : null
}
