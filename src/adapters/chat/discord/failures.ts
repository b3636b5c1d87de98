import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import { PlatformRefusal, RateLimited } from '../../../bot/chat.js'

/** Codes of https://discord.com/developers/docs/topics/opcodes-and-status-codes that mean something to us. */
export const codes = {
  unknownChannel: 10_003,
  unknownMessage: 10_008,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  directTooFast: 40_003,
  acknowledgedBefore: 40_060,
  missingAccess: 50_001,
  emptyMessage: 50_006,
  closedDirect: 50_007,
  missingPermissions: 50_013,
  deadToken: 50_027,
  badRecipient: 50_033,
  invalidForm: 50_035,
} as const

const DIRECT_TOO_FAST_MS = 60_000
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [codes.unknownChannel, 'that channel is gone'],
  [codes.missingAccess, 'the bot cannot see that channel: let it in, or invite it anew'],
  [codes.missingPermissions, 'the bot may not write in that channel: allow it "View Channel" and "Send Messages"'],
  [codes.emptyMessage, 'the message is empty'],
  [codes.invalidForm, 'the message breaks a limit'],
])

/** Discord said no. Holds neither the address, in which tokens stand, nor what was sent. */
class ApiFailure extends Error {
  override readonly name = 'ApiFailure'

  constructor(
    what: string,
    readonly status: number,
    readonly code: number,
    words: string,
  ) {
    super(`Discord, ${what}: ${words} (${code === 0 ? status : code})`)
  }
}

/** What the library throws holds the address and the body: neither may reach a log. */
export function clean(what: string, error: unknown): Error {
  if (error instanceof RateLimitError)
    return new RateLimited(error.global ? 'platform' : 'destination', Math.max(1, Math.ceil(error.retryAfter)))
  if (error instanceof DiscordAPIError) {
    const code = Number(error.code) || 0
    if (code === codes.directTooFast) return new RateLimited('destination', DIRECT_TOO_FAST_MS)
    return new ApiFailure(what, error.status, code, error.message)
  }
  if (error instanceof HTTPError) return new Error(`Discord, ${what}: HTTP ${error.status}`)
  return new Error(`Discord, ${what}: ${causeOf(error)}`)
}

/** As the outbox tells failures apart; what is none of these is tried again. */
export function forOutbox(error: unknown): unknown {
  if (!(error instanceof ApiFailure)) return error
  const words = REFUSALS.get(error.code)
  return words === undefined ? error : new PlatformRefusal(`${words} (${error.message})`)
}

export function hasCode(error: unknown, ...any: readonly number[]): error is ApiFailure {
  return error instanceof ApiFailure && any.includes(error.code)
}

/** The token of an interaction is dead: 15 minutes are over, or it was never answered in time. */
export function isDead(error: unknown): boolean {
  return hasCode(error, codes.deadToken, codes.unknownWebhook, codes.unknownInteraction)
}

/** `connect ECONNREFUSED …`, `This operation was aborted`: what failed, without where. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error ? String(error.code) : ''
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : ''
  if (error.name === 'AbortError') return 'no answer in time'
  return [code, cause].find((one) => /^[A-Z_]+$/.test(one)) ?? error.name
}
