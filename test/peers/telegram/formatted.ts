import type { MessageEntity } from '@grammyjs/types'
import { parseHtml, type Formatted } from './html.js'
import { badRequest } from './refusal.js'

/** Telegram keeps the first hundred, and drops what is beyond without a word. */
const MOST_ENTITIES = 100

const USER_NAME = '[A-Za-z0-9_]'
const NOT_AFTER_WORD = '(?<![\\p{L}\\p{N}_])'
const NOT_BEFORE_WORD = '(?![\\p{L}\\p{N}_])'
/** What Telegram finds in plain text by itself: a mention pings, a command can be tapped. */
const FOUND: readonly (readonly [MessageEntity.CommonMessageEntity['type'], RegExp])[] = [
  [
    'bot_command',
    new RegExp(`(?<![\\p{L}\\p{N}_/<>])/${USER_NAME}{1,64}(?:@${USER_NAME}{3,32})?(?![\\p{L}\\p{N}_/<>@])`, 'gu'),
  ],
  ['mention', new RegExp(`${NOT_AFTER_WORD}@${USER_NAME}{2,32}${NOT_BEFORE_WORD}`, 'gu')],
  ['hashtag', /(?<![\p{L}\p{N}_#])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}(?![\p{L}\p{N}_#])/gu],
  ['email', /(?<![\p{L}\p{N}_])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/gu],
  ['url', /(?<![\p{L}\p{N}_@])(?:https?:\/\/)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:\/[^\s<>"]*)?/gu],
]
/** Within these nothing is found. */
const CLOSED: ReadonlySet<string> = new Set(['code', 'pre', 'text_link', 'text_mention', 'date_time'])

/** A text as all see it: read, cleaned, trimmed, with what Telegram finds in it. `most`: in UTF-16 units, of which
 * there are never fewer than characters. */
export function formatted(source: string, parseMode: unknown, most: number, tooLong: string): Formatted {
  if (/\p{Surrogate}/u.test(source)) throw badRequest('strings must be encoded in UTF-8')
  if (Buffer.byteLength(source) > 2 ** 15) throw badRequest('text is too long')
  const { text, entities } = parseMode === undefined ? { text: source, entities: [] } : read(source, parseMode)
  const clean = trimmed(cleaned(text), entities)
  if (clean.text.length > most) throw badRequest(tooLong)
  const found = findEntities(clean.text).filter(
    (one) => !clean.entities.some((given) => CLOSED.has(given.type) && overlap(one, given)),
  )
  const all = [...clean.entities, ...found].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return { text: clean.text, entities: all.slice(0, MOST_ENTITIES) }
}

/** Whether nothing can be seen of a text. */
export function isEmpty(text: string): boolean {
  return /^[\s\p{Cf}\p{Zs}\u2800\uFFFC]*$/u.test(text)
}

/** Those that Telegram finds by itself in what somebody types or sends. */
export function findEntities(text: string): readonly MessageEntity[] {
  const found: MessageEntity[] = []
  for (const [type, pattern] of FOUND) {
    for (const { index, 0: match } of text.matchAll(pattern)) {
      const entity = { type, offset: index, length: match.length }
      if (!found.some((one) => overlap(one, entity))) found.push(entity)
    }
  }
  return found.sort((a, b) => a.offset - b.offset)
}

function read(source: string, parseMode: unknown): Formatted {
  if (parseMode === 'HTML') return parseHtml(source)
  throw badRequest('unsupported parse_mode')
}

/** As long as it was, so that entities stay where they are, but for what is cut out. */
function cleaned(text: string): string {
  return text.replaceAll(/[\p{Cc}]/gu, (one) => (one === '\n' ? '\n' : ' ')).replaceAll(/[\u2028-\u202E]/g, ' ')
}

function trimmed(text: string, entities: readonly MessageEntity[]): Formatted {
  const body = text.trimEnd()
  const lead = entities[0]?.offset === 0 ? 0 : body.length - body.trimStart().length
  const kept = entities
    .map((one) => ({ ...one, offset: one.offset - lead, length: Math.min(one.length, body.length - one.offset) }))
    .filter((one) => one.length > 0)
  return { text: body.slice(lead), entities: kept }
}

function overlap(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length
}
