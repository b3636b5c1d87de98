import type { RichTextBlock, RichTextElement } from '@slack/types'
import type { Findings } from './findings.js'
import { LIMITS } from './limits.js'

/** Nothing in rich text may be empty; its links lead somewhere. */
export function checkRichText(found: Findings, at: string, block: RichTextBlock): void {
  found.count(`${at}/elements`, block.elements, LIMITS.messageBlocks)
  block.elements.forEach((part, index) => {
    const place = `${at}/elements/${index}`
    found.count(`${place}/elements`, part.elements, 1000)
    if (part.type !== 'rich_text_list') return checkInlines(found, place, part.elements)
    part.elements.forEach((item, n) => checkInlines(found, `${place}/elements/${n}`, item.elements))
  })
  const length = textsOf(block).join('').length
  if (length > LIMITS.richText) found.add(at, `must be less than ${LIMITS.richText + 1} characters`)
}

function checkInlines(found: Findings, at: string, inlines: readonly RichTextElement[]): void {
  inlines.forEach((inline, index) => checkInline(found, `${at}/elements/${index}`, inline))
}

function checkInline(found: Findings, at: string, inline: RichTextElement): void {
  if (inline.type === 'text') found.text(`${at}/text`, inline.text, Infinity)
  if (inline.type === 'link') {
    found.text(`${at}/text`, inline.text, Infinity)
    found.url(`${at}/url`, inline.url)
  }
  if (inline.type === 'date' && !Number.isInteger(inline.timestamp)) {
    found.add(`${at}/timestamp`, 'must be a whole number of seconds')
  }
}

function textsOf(block: RichTextBlock): readonly string[] {
  return inlinesOf(block).map((inline) => ('text' in inline ? (inline.text ?? '') : ''))
}

function inlinesOf(block: RichTextBlock): readonly RichTextElement[] {
  return block.elements.flatMap((part) =>
    part.type === 'rich_text_list' ? part.elements.flatMap(({ elements }) => elements) : part.elements,
  )
}
