import type { Button, KnownBlock, RichTextBlock, RichTextElement, TextObject } from '@slack/types'

/** Blocks as a person reads them, one line a row; buttons as `[label]`. */
export function shown(blocks: readonly KnownBlock[]): string {
  return blocks
    .map(showBlock)
    .filter((text) => text !== '')
    .join('\n')
}

/** The same without its buttons. */
export function words(blocks: readonly KnownBlock[]): string {
  return shown(blocks.filter(({ type }) => type !== 'actions'))
}

export function buttonsOf(blocks: readonly KnownBlock[]): readonly (Button & { readonly block: string })[] {
  return blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.filter((element) => element.type === 'button').map((one) => withBlock(one, block.block_id))
      : block.type === 'section' && block.accessory?.type === 'button'
        ? [withBlock(block.accessory, block.block_id)]
        : [],
  )
}

function withBlock(button: Button, block: string | undefined): Button & { readonly block: string } {
  return { ...button, block: block ?? '' }
}

function showBlock(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return showText(block.text)
    case 'section': {
      const fields = block.fields?.map(showText) ?? []
      const button = block.accessory?.type === 'button' ? [`[${showText(block.accessory.text)}]`] : []
      return [...(block.text === undefined ? [] : [showText(block.text)]), ...fields, ...button].join('\n')
    }
    case 'context':
      return block.elements
        .map((element) => (element.type === 'image' ? element.alt_text : showText(element)))
        .join('  ')
    case 'rich_text':
      return showRichText(block)
    case 'actions':
      return buttonsOf([block])
        .map((button) => `[${showText(button.text)}]`)
        .join(' ')
    case 'input':
      return [showText(block.label), ...(block.hint === undefined ? [] : [showText(block.hint)])].join('\n')
    case 'image':
      return `(picture: ${block.alt_text})`
    default:
      return ''
  }
}

function showText(text: TextObject): string {
  return text.type === 'plain_text' ? text.text : fromMarkup(text.text)
}

/** Markup with its marks left in place: what is said in them counts. */
function fromMarkup(text: string): string {
  return text
    .replaceAll(/<(?:https?|mailto):[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<((?:https?|mailto):[^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function showRichText(block: RichTextBlock): string {
  return block.elements
    .map((part) => {
      if (part.type !== 'rich_text_list') return part.elements.map(showInline).join('')
      return part.elements.map((item) => `• ${item.elements.map(showInline).join('')}`).join('\n')
    })
    .join('\n')
}

function showInline(inline: RichTextElement): string {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'link':
      return inline.text ?? inline.url
    case 'date':
      return inline.fallback ?? new Date(inline.timestamp * 1000).toISOString()
    case 'user':
      return `@${inline.user_id}`
    case 'broadcast':
      return `@${inline.range}`
    default:
      return `(${inline.type})`
  }
}
