import { harmless } from '../../../bot/plain-text.js'
import { firstOf, LIMITS, linkAddress } from './limits.js'

/** A piece of text and how it looks. The text is words, never markup. */
export interface Span {
  readonly text: string
  readonly look?: 'bold' | 'italic' | 'code' | 'pre'
  readonly href?: string
  /** Seconds since 1970: shown in the reader's own time zone. */
  readonly unix?: number
  /** A user's id: the one that is spoken to. */
  readonly user?: string
}

/** What Telegram would make a mention, a hashtag or a command of by itself. */
const ACTIVE = /(?<![\p{L}\p{N}_])[@#](?=[\p{L}\p{N}_]|$)|(?<![\p{L}\p{N}_/<>])\/(?=\w|$)/gu
/** Breaks such a word; seen by nobody. */
const WORD_JOINER = '\u2060'
const NOTHING_TO_SEE = /^[\s\u2060\u2800\uFFFC]*$/u

/** Words from anywhere, as words: they ping nobody, and nothing in them can be tapped but what is a web address. */
export function plain(text: string): Span {
  return { text: inert(harmless(text)) }
}

export function bold(text: string): Span {
  return { text: inert(harmless(text)), look: 'bold' }
}

export function italic(text: string): Span {
  return { text: inert(harmless(text)), look: 'italic' }
}

/** Telegram finds nothing by itself within code. */
export function code(text: string): Span {
  return { text: harmless(text), look: 'code' }
}

export function block(text: string): Span {
  return { text: text.split('\n').map(harmless).join('\n'), look: 'pre' }
}

/** What is no address for Telegram stands as words beside its label. */
export function link(label: string, url: string): readonly Span[] {
  const href = linkAddress(url)
  if (href !== null) return [{ text: harmless(label), href }]
  return label === url ? [plain(label)] : [plain(`${label} (${url})`)]
}

/** For old clients the text says the same. */
export function time(at: Date): Span {
  const unix = Math.floor(at.getTime() / 1000)
  if (Number.isNaN(unix)) return { text: 'some time' }
  const text = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return unix > 0 && unix < 2 ** 31 ? { text, unix } : { text }
}

/** The first `most` units of the text, `…` included where some are missing; never nothing. */
export function cutSpans(spans: readonly Span[], most: number): readonly Span[] {
  const kept = lengthOf(spans) <= most ? spans : shortened(spans, most - 1)
  const isEmpty = NOTHING_TO_SEE.test(kept.map((span) => span.text).join(''))
  return isEmpty ? [{ text: '…' }] : kept
}

function shortened(spans: readonly Span[], most: number): readonly Span[] {
  const kept: Span[] = []
  let left = most
  for (const span of spans) {
    if (span.text.length > left) return [...kept, { ...span, text: `${firstOf(span.text, left)}…` }]
    kept.push(span)
    left -= span.text.length
  }
  return kept
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.text.length, 0)
}

/** The HTML that Telegram reads; what would break its limits loses its looks, never its words. */
export function htmlOf(spans: readonly Span[]): string {
  const words = spans.map((span) => escapeHtml(span.text))
  let bytes = LIMITS.htmlBytes - words.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  let entities: number = LIMITS.entities
  return spans
    .map((span, index) => {
      const text = words[index] ?? ''
      const [open, close] = tagsOf(span)
      const cost = Buffer.byteLength(open + close)
      if (cost === 0 || span.text === '' || cost > bytes || entities === 0) return text
      bytes -= cost
      entities -= 1
      return open + text + close
    })
    .join('')
}

function tagsOf({ look, href, unix, user }: Span): readonly [open: string, close: string] {
  if (href !== undefined) return [`<a href="${escapeHtml(href)}">`, '</a>']
  if (user !== undefined) return [`<a href="tg://user?id=${escapeHtml(user)}">`, '</a>']
  if (unix !== undefined) return [`<tg-time unix="${unix}" format="dt">`, '</tg-time>']
  switch (look) {
    case 'bold':
      return ['<b>', '</b>']
    case 'italic':
      return ['<i>', '</i>']
    case 'code':
      return ['<code>', '</code>']
    case 'pre':
      return ['<pre>', '</pre>']
    case undefined:
      return ['', '']
    default:
      return look satisfies never
  }
}

function inert(text: string): string {
  return text.replace(ACTIVE, `$&${WORD_JOINER}`)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** For text and for attributes; these four are all that Telegram knows. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ENTITIES[mark] ?? '')
}
