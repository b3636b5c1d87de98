import type { types } from '@slack/bolt'
import type { Inline } from '../../../bot/message.js'
import { harmless } from '../../../bot/plain-text.js'
import { head, LIMITS } from './limits.js'
import { webAddress } from './web-address.js'

/** Rich text is data: nothing that people wrote is read as markup in it, and nobody is notified by it. */
type Element = types.RichTextElement

export function plain(text: string, style?: types.RichTextText['style']): Element {
  return { type: 'text', text, ...(style === undefined ? {} : { style }) }
}

export function inlineElements(inlines: readonly Inline[]): readonly Element[] {
  return inlines.map(inlineElement)
}

function inlineElement(inline: Inline): Element {
  if (typeof inline === 'string') return plain(harmless(inline))
  if ('bold' in inline) return plain(harmless(inline.bold), { bold: true })
  if ('code' in inline) return plain(harmless(inline.code), { code: true })
  if ('command' in inline) return plain(`/sandbox ${harmless(inline.command)}`, { code: true })
  if ('link' in inline) return link(harmless(inline.link), inline.url)
  if ('mention' in inline) return plain(harmless(inline.name))
  if ('time' in inline) return time(inline.time)
  return inline satisfies never
}

function link(label: string, url: string): Element {
  const address = webAddress(url)
  if (address === null) return plain(label)
  return { type: 'link', url: address, ...(label === '' ? {} : { text: label }) }
}

/** As long ago as it is; the moment itself where somebody points at it. */
function time(moment: Date): Element {
  if (Number.isNaN(moment.getTime())) return plain('some time')
  const fallback = `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return { type: 'date', timestamp: Math.floor(moment.getTime() / 1000), format: '{ago}', fallback }
}

/** Blocks of at most `size` characters each, `most` in all; `…` where more was said. */
export function richBlocks(
  elements: readonly Element[],
  most: number,
  size: number = LIMITS.richText,
): types.RichTextBlock[] {
  const said = elements.filter((element) => lengthOf(element) > 0)
  return portions(within(said, most), size).map((portion) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: portion }],
  }))
}

export function codeBlocks(text: string, most: number): types.RichTextBlock[] {
  const lines = text.split('\n').map(harmless).join('\n')
  if (lines.trim() === '') return []
  return portions(within([plain(lines)], most), LIMITS.richText).map((portion) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: portion.filter((one) => one.type === 'text') }],
  }))
}

function within(elements: readonly Element[], most: number): readonly Element[] {
  const whole = elements.reduce((sum, element) => sum + lengthOf(element), 0)
  if (whole <= most) return elements
  const kept: Element[] = []
  let room = most - 1
  for (const element of elements) {
    if (room <= 0) break
    if (lengthOf(element) <= room) kept.push(element)
    else if (element.type === 'text' && head(element.text, room) !== '') {
      kept.push({ ...element, text: head(element.text, room) })
    }
    room -= lengthOf(element)
  }
  return [...kept, plain('…')]
}

/** Divided where a portion is full. Words are split, links and times are not: they go to the next one. */
function portions(elements: readonly Element[], size: number): Element[][] {
  const done: Element[][] = [[]]
  let room = size
  const queue = [...elements]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const length = lengthOf(next)
    if (length <= room) {
      done.at(-1)?.push(next)
      room -= length
    } else if (next.type === 'text' && head(next.text, room) !== '') {
      const first = head(next.text, room)
      done.at(-1)?.push({ ...next, text: first })
      queue.unshift({ ...next, text: next.text.slice(first.length) })
      room = 0
    } else if (room < size) {
      done.push([])
      room = size
      queue.unshift(next)
    }
    if (room === 0 && queue.length > 0) {
      done.push([])
      room = size
    }
  }
  return done.filter((portion) => portion.length > 0)
}

function lengthOf(element: Element): number {
  switch (element.type) {
    case 'text':
      return element.text.length
    case 'link':
      return (element.text ?? element.url).length
    case 'date':
      return (element.fallback ?? '').length
    default:
      return 1
  }
}
