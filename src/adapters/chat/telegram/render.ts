import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types'
import type { ActionToken, Block, Button, Field, Inline, PlatformMessage, StepLine } from '../../../bot/message.js'
import { harmless } from '../../../bot/plain-text.js'
import { cut, isPhoto, LIMITS, linkAddress } from './limits.js'
import { block, bold, code, cutSpans, htmlOf, italic, lengthOf, link, plain, time, type Span } from './spans.js'

/** What goes to Telegram for one message: all of it within its limits, all text escaped. */
export interface Rendered {
  /** HTML, of at most 4096 characters once it is read; never empty. */
  readonly html: string
  /** The same words are short enough to stand below a file. */
  readonly fitsCaption: boolean
  readonly keyboard: InlineKeyboardMarkup | null
  readonly files: readonly RenderedFile[]
}

export interface RenderedFile {
  readonly kind: 'document' | 'photo'
  readonly name: string
  readonly bytes: Buffer
}

const SIGNS: Readonly<Record<StepLine['state'], string>> = { done: '✓', running: '◐', waiting: '·', failed: '✕' }

/** Pure and total: any message, with any text, gives something that Telegram takes. */
export function render(message: PlatformMessage): Rendered {
  const spans = cutSpans(spansOf(message), LIMITS.text)
  return {
    html: htmlOf(spans),
    fitsCaption: lengthOf(spans) <= LIMITS.caption,
    keyboard: keyboardOf(message.blocks),
    files: message.blocks.flatMap(fileOf),
  }
}

/** The words alone, for where there is no markup and little room. */
export function renderAlert(message: PlatformMessage): string {
  return cut(
    spansOf(message)
      .map((span) => span.text)
      .join(''),
    LIMITS.alert,
  )
}

function keyboardOf(blocks: readonly Block<ActionToken>[]): InlineKeyboardMarkup | null {
  const rows = blocks.flatMap((one) => (one.block === 'buttons' ? rowsOf(one.buttons.flatMap(buttonOf)) : []))
  const inline_keyboard: InlineKeyboardButton[][] = []
  let left: number = LIMITS.buttons
  for (const row of rows) {
    if (left > 0) inline_keyboard.push(row.slice(0, left))
    left -= row.length
  }
  return inline_keyboard.length === 0 ? null : { inline_keyboard }
}

/** As many in a row as a phone shows with their whole labels. */
export function rowsOf(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  const rows: InlineKeyboardButton[][] = []
  for (const button of buttons) {
    const row = rows.at(-1)
    const characters = [...(row ?? []), button].reduce((sum, one) => sum + one.text.length, 0)
    const fits = row !== undefined && row.length < LIMITS.buttonsInARow && characters <= LIMITS.charactersInARow
    if (fits) row.push(button)
    else rows.push([button])
  }
  return rows
}

export function labelOf(words: string): string {
  const label = cut(harmless(words).trim(), LIMITS.label)
  return label === '' ? '…' : label
}

/** None where Telegram would refuse the whole message for it. */
function buttonOf(button: Button<ActionToken>): readonly InlineKeyboardButton[] {
  const text = labelOf(button.label)
  if ('url' in button) {
    const url = linkAddress(button.url)
    return url === null ? [] : [{ text, url }]
  }
  const bytes = Buffer.byteLength(button.press)
  if (bytes === 0 || bytes > LIMITS.callbackBytes) return []
  const callback_data: string = button.press
  return [{ text, callback_data, ...(button.style !== undefined && { style: button.style }) }]
}

function spansOf({ title, aside, blocks }: PlatformMessage): readonly Span[] {
  const head = title === undefined ? [] : [bold(title), ...(aside === undefined ? [] : [plain('  '), italic(aside)])]
  const body = blocks
    .map((one) => ({ spans: blockSpans(one), isParagraph: one.block === 'text' }))
    .filter(({ spans }) => spans.length > 0)
  const parts = head.length === 0 ? body : [{ spans: head, isParagraph: false }, ...body]
  return parts.flatMap(({ spans, isParagraph }, index) => {
    const former = parts[index - 1]
    if (former === undefined) return spans
    const isApart = !former.isParagraph && (isParagraph || former.spans === head)
    return [newline(isApart ? 2 : 1), ...spans]
  })
}

function blockSpans(one: Block<ActionToken>): readonly Span[] {
  switch (one.block) {
    case 'text':
      return one.inlines.flatMap(inlineSpans)
    case 'fields':
      return lines(one.fields.map(fieldSpans))
    case 'steps':
      return lines(one.steps.map(stepSpans))
    case 'code':
      return [block(one.text)]
    case 'buttons':
      return []
    case 'file':
      return fileOf(one).length > 0 ? [] : [plain(`${one.name} cannot be sent: it is empty or too large.`)]
    case 'image':
      return [plain(one.alt)]
    default:
      return one satisfies never
  }
}

function inlineSpans(inline: Inline): readonly Span[] {
  if (typeof inline === 'string') return [plain(inline)]
  if ('bold' in inline) return [bold(inline.bold)]
  if ('code' in inline) return [code(inline.code)]
  if ('command' in inline) return [code(`/sandbox ${inline.command}`)]
  if ('link' in inline) return link(inline.link, inline.url)
  if ('mention' in inline) return [plain(inline.name)]
  if ('time' in inline) return [time(inline.time)]
  return inline satisfies never
}

function fieldSpans({ label, value }: Field): readonly Span[] {
  return [bold(label), plain(': '), ...value.flatMap(inlineSpans)]
}

function stepSpans({ label, detail, state, seconds }: StepLine): readonly Span[] {
  const more = detail === '' ? (state === 'running' ? ' …' : '') : `: ${detail}`
  const took = seconds === null ? '' : ` (${seconds.toFixed(1)} s)`
  return [plain(`${SIGNS[state]} ${label}${more}${took}`)]
}

function lines(all: readonly (readonly Span[])[]): readonly Span[] {
  return all.flatMap((spans, index) => (index === 0 ? spans : [newline(1), ...spans]))
}

function newline(count: number): Span {
  return { text: '\n'.repeat(count) }
}

function fileOf(one: Block<ActionToken>): readonly RenderedFile[] {
  if (one.block !== 'file' && one.block !== 'image') return []
  const bytes = Buffer.from(one.base64, 'base64')
  if (bytes.length === 0 || bytes.length > LIMITS.fileBytes) return []
  if (one.block === 'file') return [{ kind: 'document', name: fileName(one.name), bytes }]
  return [{ kind: isPhoto(bytes) ? 'photo' : 'document', name: fileName(`${one.alt}.png`), bytes }]
}

/** Its ending is what programs go by. */
function fileName(name: string): string {
  const safe = harmless(name)
    .replace(/["\\/;]/g, '_')
    .trim()
  const ending = /\.\w{1,8}$/.exec(safe)?.[0] ?? ''
  const stem = safe.slice(0, safe.length - ending.length)
  return stem === '' ? `file${ending}` : cut(stem, LIMITS.fileName - ending.length) + ending
}
