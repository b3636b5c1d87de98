import type { MessageEntity } from '@grammyjs/types'
import { badRequest, type Refusal } from './refusal.js'

export interface Formatted {
  readonly text: string
  readonly entities: readonly MessageEntity[]
}

interface Open {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly offset: number
}

const TAGS = new Set(
  'a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote'.split(' '),
)
const NAMED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
])
const TAG = /^<(\/?)([^\s>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/
const ATTRIBUTE = /\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)))?/y

/** The HTML that Telegram reads: its tags, its few named entities, and its complaints with their byte offsets. */
export function parseHtml(html: string): Formatted {
  const entities: MessageEntity[] = []
  const open: Open[] = []
  let text = ''
  for (let at = 0; at < html.length;) {
    const refuse = (what: string): Refusal =>
      unparsable(`${what} at byte offset ${Buffer.byteLength(html.slice(0, at))}`)
    if (html[at] === '&') {
      const [decoded, length] = decode(html.slice(at))
      text += decoded
      at += length
    } else if (html[at] !== '<') {
      text += html[at]
      at += 1
    } else {
      const [whole, slash, name = '', rest = ''] = TAG.exec(html.slice(at)) ?? []
      if (whole === undefined) throw refuse('Unclosed start tag')
      const tag = name.toLowerCase()
      if (slash === '') open.push(opened(tag, rest, text.length, refuse))
      else close(tag, open.pop(), text, entities, refuse)
      at += whole.length
    }
  }
  const left = open.at(-1)
  if (left !== undefined) throw unparsable(`Can't find end tag corresponding to start tag "${left.tag}"`)
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

function unparsable(what: string): Refusal {
  return badRequest(`can't parse entities: ${what}`)
}

function opened(tag: string, rest: string, offset: number, refuse: (what: string) => Refusal): Open {
  if (!TAGS.has(tag)) throw refuse(`Unsupported start tag "${tag}"`)
  const attributes = new Map<string, string>()
  ATTRIBUTE.lastIndex = 0
  for (let found = ATTRIBUTE.exec(rest); found !== null; found = ATTRIBUTE.exec(rest)) {
    const [, name = '', double, single, bare] = found
    attributes.set(name, decodeAll(double ?? single ?? bare ?? ''))
  }
  if (tag === 'span' && attributes.get('class') !== 'tg-spoiler')
    throw refuse('Tag "span" must have class "tg-spoiler"')
  return { tag, attributes, offset }
}

function close(
  tag: string,
  open: Open | undefined,
  text: string,
  entities: MessageEntity[],
  refuse: (what: string) => Refusal,
): void {
  if (open === undefined) throw refuse('Unexpected end tag')
  if (tag !== '' && tag !== open.tag) throw refuse(`Unmatched end tag, expected "</${open.tag}>", found "</${tag}>"`)
  const length = text.length - open.offset
  if (length > 0) entities.push(...entityOf(open, text.slice(open.offset), { offset: open.offset, length }))
}

function entityOf(open: Open, inner: string, place: { offset: number; length: number }): readonly MessageEntity[] {
  switch (open.tag) {
    case 'b':
    case 'strong':
      return [{ type: 'bold', ...place }]
    case 'i':
    case 'em':
      return [{ type: 'italic', ...place }]
    case 's':
    case 'strike':
    case 'del':
      return [{ type: 'strikethrough', ...place }]
    case 'u':
    case 'ins':
      return [{ type: 'underline', ...place }]
    case 'span':
    case 'tg-spoiler':
      return [{ type: 'spoiler', ...place }]
    case 'code':
      return [{ type: 'code', ...place }]
    case 'pre':
      return [{ type: 'pre', ...place }]
    case 'blockquote':
      return [{ type: open.attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote', ...place }]
    case 'a':
      return linkOf(open.attributes.get('href') ?? inner, place)
    case 'tg-time':
      return timeOf(open, place)
    default:
      throw unparsable(`Invalid ${open.tag} specified`)
  }
}

/** A link without a dot in its host is dropped without a word, as Telegram does; `tg://user?id=` is a mention. */
function linkOf(url: string, place: { offset: number; length: number }): readonly MessageEntity[] {
  const user = /^tg:\/\/user\?id=(\d+)$/.exec(url)
  if (user !== null)
    return [{ type: 'text_mention', user: { id: Number(user[1]), is_bot: false, first_name: '' }, ...place }]
  return isLink(url) ? [{ type: 'text_link', url, ...place }] : []
}

/** What Telegram takes as the address of a link or of a button. */
export function isLink(url: string): boolean {
  if (url.startsWith('tg://')) return true
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (protocol === 'http:' || protocol === 'https:') && (hostname.includes('.') || hostname.startsWith('['))
}

function timeOf({ attributes }: Open, place: { offset: number; length: number }): readonly MessageEntity[] {
  const format = attributes.get('format') ?? ''
  if (!/^([rR]|[tTdDwW]*)$/.test(format)) throw unparsable('Invalid date format used')
  const unix = Number(attributes.get('unix'))
  if (!Number.isInteger(unix) || unix <= 0) return []
  return [{ type: 'date_time', unix_time: unix, date_time_format: format as 'r', ...place }]
}

/** What `&` stands for here, and how long it is written; `&` alone stands for itself. */
function decode(html: string): readonly [text: string, length: number] {
  const found = /^&(?:#x([0-9a-f]{1,8})|#(\d{1,8})|([a-z]+));?/i.exec(html)
  if (found === null) return ['&', 1]
  const [whole, hexadecimal, decimal, name = ''] = found
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16)
  const text = decimal === undefined && hexadecimal === undefined ? NAMED.get(name) : codePoint(code)
  return text === undefined ? ['&', 1] : [text, whole.length]
}

function codePoint(code: number): string | undefined {
  return code > 0 && code < 0x10ffff ? String.fromCodePoint(code) : undefined
}

function decodeAll(text: string): string {
  return text.replaceAll(/&[#a-z0-9]+;?/gi, (one) => {
    const [decoded, length] = decode(one)
    return decoded + one.slice(length)
  })
}
