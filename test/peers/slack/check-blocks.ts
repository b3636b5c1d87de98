import type { ContextBlock, InputBlock, KnownBlock, SectionBlock } from '@slack/types'
import { checkElement } from './check-elements.js'
import { checkRichText } from './check-rich-text.js'
import type { Findings } from './findings.js'
import { LIMITS } from './limits.js'

/** The written limits of the blocks of one message or view. The kinds that nobody here sends are refused. */
export function checkBlocks(found: Findings, at: string, blocks: readonly KnownBlock[]): void {
  found.unique(
    at,
    blocks.map((block) => block.block_id),
  )
  blocks.forEach((block, index) => checkBlock(found, `${at}/${index}`, block))
}

function checkBlock(found: Findings, at: string, block: KnownBlock): void {
  found.text(`${at}/block_id`, block.block_id, LIMITS.blockId)
  switch (block.type) {
    case 'divider':
      return
    case 'header':
      return found.text(`${at}/text/text`, block.text.text, LIMITS.header)
    case 'section':
      return checkSection(found, at, block)
    case 'context':
      return checkContext(found, at, block)
    case 'rich_text':
      return checkRichText(found, at, block)
    case 'image':
      found.text(`${at}/alt_text`, block.alt_text, LIMITS.altText)
      found.text(`${at}/title/text`, block.title?.text, LIMITS.altText)
      return found.url(`${at}/image_url`, 'image_url' in block ? block.image_url : undefined)
    case 'actions':
      found.count(`${at}/elements`, block.elements, LIMITS.actionsElements)
      found.unique(
        `${at}/elements`,
        block.elements.map((element) => element.action_id),
      )
      return block.elements.forEach((element, index) => checkElement(found, `${at}/elements/${index}`, element))
    case 'input':
      return checkInput(found, at, block)
    default:
      found.add(`${at}/type`, `unsupported type: ${block.type}`)
  }
}

function checkSection(found: Findings, at: string, block: SectionBlock): void {
  const { text, fields, accessory } = block
  if (text === undefined && fields === undefined) found.add(at, 'missing required field: text or fields')
  found.text(`${at}/text/text`, text?.text, LIMITS.sectionText)
  if (fields !== undefined) found.count(`${at}/fields`, fields, LIMITS.sectionFields)
  fields?.forEach((field, index) => found.text(`${at}/fields/${index}/text`, field.text, LIMITS.sectionField))
  if (accessory !== undefined && accessory.type !== 'image') checkElement(found, `${at}/accessory`, accessory)
}

function checkContext(found: Findings, at: string, block: ContextBlock): void {
  found.count(`${at}/elements`, block.elements, LIMITS.contextElements)
  block.elements.forEach((element, index) => {
    if (element.type !== 'image') found.text(`${at}/elements/${index}/text`, element.text, LIMITS.contextText)
  })
}

function checkInput(found: Findings, at: string, block: InputBlock): void {
  found.text(`${at}/label/text`, block.label.text, LIMITS.inputLabel)
  found.text(`${at}/hint/text`, block.hint?.text, LIMITS.inputLabel)
  checkElement(found, `${at}/element`, block.element)
}
