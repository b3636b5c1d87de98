import { GrammyError, HttpError } from 'grammy'
import { PlatformRefusal, RateLimited } from '../../../bot/chat.js'
import { InfraError } from '../../../core/errors.js'

/** Why a call did not work, in kinds that can be acted on. */
export type Trouble =
  | { readonly trouble: 'limited'; readonly retryAfterMs: number }
  /** The token is not, or no longer, good. */
  | { readonly trouble: 'unauthorized' }
  /** Somebody else reads this bot's updates. */
  | { readonly trouble: 'conflict' }
  /** The person has not started the bot, or has blocked it; the bot was thrown out of the group. */
  | { readonly trouble: 'closed' }
  | { readonly trouble: 'migrated'; readonly to: string }
  | { readonly trouble: 'no-topic' }
  /** The message is not there any more, or cannot be changed any more. */
  | { readonly trouble: 'gone' }
  | { readonly trouble: 'unchanged' }
  | { readonly trouble: 'too-old' }
  | { readonly trouble: 'refused'; readonly why: string }
  | { readonly trouble: 'unreachable'; readonly why: string }

/** Told apart by their words, as Telegram has no codes for them; the words are those of its open-source server. */
const BY_WORDS: readonly (readonly [RegExp, Trouble])[] = [
  [/message is not modified/, { trouble: 'unchanged' }],
  [/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/, { trouble: 'gone' }],
  [/message thread not found|TOPIC_CLOSED|TOPIC_DELETED/, { trouble: 'no-topic' }],
  [/query is too old/, { trouble: 'too-old' }],
  [/chat not found|PEER_ID_INVALID/, { trouble: 'closed' }],
]

export function troubleOf(error: unknown): Trouble {
  if (error instanceof GrammyError) return refusalOf(error)
  return { trouble: 'unreachable', why: causeOf(error) }
}

/** For the outbox. Never the library's own errors: one quotes the token in an address, the other the whole message. */
export function asThrown(method: string, trouble: Trouble): Error {
  switch (trouble.trouble) {
    case 'limited':
      return new RateLimited('destination', trouble.retryAfterMs)
    case 'closed':
    case 'refused':
    case 'gone':
    case 'no-topic':
    case 'too-old':
    case 'unchanged':
    case 'migrated':
      return new PlatformRefusal(`${method} was refused: ${'why' in trouble ? trouble.why : trouble.trouble}`)
    case 'unauthorized':
    case 'conflict':
    case 'unreachable':
      return new InfraError('chat', 'later', `${method}: ${'why' in trouble ? trouble.why : trouble.trouble}`)
    default:
      return trouble satisfies never
  }
}

function refusalOf({ error_code: code, description, parameters }: GrammyError): Trouble {
  if (code === 429) return { trouble: 'limited', retryAfterMs: (parameters.retry_after ?? 1) * 1000 }
  if (code === 401 || code === 404) return { trouble: 'unauthorized' }
  if (code === 409) return { trouble: 'conflict' }
  if (code === 403) return { trouble: 'closed' }
  if (code >= 500) return { trouble: 'unreachable', why: `it answered ${code}` }
  const { migrate_to_chat_id: to } = parameters
  if (to !== undefined) return { trouble: 'migrated', to: String(to) }
  const known = BY_WORDS.find(([words]) => words.test(description))
  // No more of the words: a complaint about markup quotes the text.
  return known?.[1] ?? { trouble: 'refused', why: `${code} ${/^[\w :']{0,60}/.exec(description)?.[0] ?? ''}`.trim() }
}

/** The kind of a network failure alone: its words name the address, and the token is in it. */
function causeOf(error: unknown): string {
  const inner: unknown = error instanceof HttpError ? error.error : error
  if (!(inner instanceof Error)) return 'it cannot be reached'
  const code: unknown = 'code' in inner ? inner.code : undefined
  if (typeof code === 'string') return `it cannot be reached (${code})`
  return /abort|time/i.test(inner.name + inner.message) ? 'it did not answer in time' : 'it cannot be reached'
}
