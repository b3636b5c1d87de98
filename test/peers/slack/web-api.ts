import { chatMethods } from './chat-methods.js'
import type { Clock } from './clock.js'
import { fileMethods } from './file-methods.js'
import type { Ground, Method } from './method.js'
import { otherMethods } from './other-methods.js'
import type { MethodArguments } from './payload-types.js'
import { Rates } from './rates.js'
import { Refused, withMessages } from './refused.js'
import { schemaErrors } from './schemas.js'
import { viewMethods } from './view-methods.js'

type MethodName = keyof MethodArguments

export const BOT_TOKEN = 'xoxb-peer-bot'
export const APP_TOKEN = 'xapp-peer-app'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

export interface Call {
  readonly method: string
  readonly at: number
  /** `ok`, or the error's code. */
  readonly outcome: string
}

const methods: { readonly [Name in MethodName]: Method<MethodArguments[Name]> } = {
  ...chatMethods,
  ...fileMethods,
  ...otherMethods,
  ...viewMethods,
}

/** The scope that a method needs of the bot's token; null where none. Throws for one that the peer does not know. */
export function scopeOf(method: string): string | null {
  if (!isMethod(method)) throw new Error(`the peer does not know ${method}`)
  return methods[method].scope
}

/** The Web API: one POST a method, 200 with `ok: false` for what it refuses. */
export class WebApi {
  readonly calls: Call[] = []
  private readonly limited = new Map<string, number>()
  private isRevoked = false
  private rates: Rates | null = null

  constructor(
    private readonly scopes: readonly string[],
    private readonly ground: Ground,
    private readonly clock: Clock,
  ) {}

  /** 429 for this method until so many seconds have passed. */
  limit(method: string, seconds: number): void {
    this.limited.set(method, this.clock.now() + seconds * 1000)
  }

  /** From now on 429 for what comes more often than Slack promises to take. */
  enforceRates(): void {
    this.rates = new Rates(this.clock)
  }

  revokeTokens(): void {
    this.isRevoked = true
  }

  call(method: string, token: string, given: Readonly<Record<string, unknown>> | null): Answer {
    const channel = given?.['channel']
    const early = this.rates?.take(method, typeof channel === 'string' ? channel : '') ?? 0
    const wait = Math.ceil(Math.max(early, (this.limited.get(method) ?? 0) - this.clock.now()) / 1000)
    const answer = wait > 0 ? ratelimited(wait) : this.answer(method, token, given)
    const outcome = answer.body['ok'] === true ? 'ok' : String(answer.body['error'])
    this.calls.push({ method, at: this.clock.now(), outcome })
    return answer
  }

  private answer(method: string, token: string, given: Readonly<Record<string, unknown>> | null): Answer {
    const headers = { 'x-oauth-scopes': this.scopes.join(',') }
    try {
      return { status: 200, headers, body: { ok: true, ...this.run(method, token, given) } }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { status: 200, headers, body: { ok: false, error: error.code, ...error.more } }
    }
  }

  private run(name: string, token: string, given: Readonly<Record<string, unknown>> | null): object {
    if (!isMethod(name)) throw new Refused('unknown_method', { req_method: name })
    this.checkToken(name, token)
    if (given === null) throw new Refused('invalid_form_data')
    const method = methods[name] as Method<unknown>
    if (method.scope !== null && !this.scopes.includes(method.scope)) {
      throw new Refused('missing_scope', { needed: method.scope, provided: this.scopes.join(',') })
    }
    if (name.startsWith('views.') && given['view'] === undefined) throw new Refused('invalid_arguments')
    const errors = schemaErrors(name, withoutContent(given))
    if (errors.length > 0) throw withMessages('invalid_arguments', errors)
    return method.run(given, this.ground)
  }

  private checkToken(method: MethodName, token: string): void {
    const wanted = method === 'apps.connections.open' ? APP_TOKEN : BOT_TOKEN
    if (token === '') throw new Refused('not_authed')
    if (token === wanted) {
      if (this.isRevoked) throw new Refused(wanted === BOT_TOKEN ? 'token_revoked' : 'invalid_auth')
      return
    }
    throw new Refused(token === APP_TOKEN || token === BOT_TOKEN ? 'not_allowed_token_type' : 'invalid_auth')
  }
}

function ratelimited(seconds: number): Answer {
  return { status: 429, headers: { 'retry-after': String(seconds) }, body: { ok: false, error: 'ratelimited' } }
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(methods, name)
}

/** Blocks and views are checked on their own, with errors of their own. Bolt adds the team to every call. */
function withoutContent(given: Readonly<Record<string, unknown>>): object {
  const { team_id: _team, blocks: _blocks, view: _view, ...rest } = given
  return rest
}
