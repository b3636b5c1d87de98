import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type APIAllowedMentions,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
} from 'discord.js'
import type { CommandMenuEntry } from '../../../bot/chat.js'
import type { ActionToken, Button, PlatformMessage } from '../../../bot/message.js'
import { harmless } from '../../../bot/plain-text.js'
import { customIds, type CustomIds } from './custom-id.js'
import { fileOf, imageOf, type Upload } from './files.js'
import { cut, limits } from './limits.js'
import { fit, plain, webAddress, type Piece } from './markdown.js'
import { blockPieces, joined, titlePieces } from './render-text.js'

/** The body of a message, new or edited. */
export interface Payload {
  readonly flags: MessageFlags.IsComponentsV2
  readonly components: APIMessageTopLevelComponent[]
  readonly allowed_mentions: APIAllowedMentions
}

export interface Rendered {
  readonly payload: Payload
  readonly files: readonly Upload[]
}

type Part =
  | { readonly part: 'text'; readonly pieces: readonly Piece[] }
  | { readonly part: 'row'; readonly buttons: readonly APIButtonComponent[] }
  | { readonly part: 'file' | 'image'; readonly upload: Upload; readonly alt: string }

const COLOURS: Readonly<Record<NonNullable<PlatformMessage['tone']>, number | null>> = {
  good: 0x2e_9e_6b,
  bad: 0xd8_3c_3e,
  busy: 0xe0_9c_1f,
  plain: null,
}

/** Total: any message gives a payload within all limits, escaped, pinging nobody, never empty. */
export function renderMessage(message: PlatformMessage, menu: readonly CommandMenuEntry[]): Rendered {
  const parts = within(partsOf(message, menu), isCard(message))
  const labels = parts.reduce((sum, part) => sum + shownLength(part), 0)
  const components = componentsOf(parts, limits.text - labels)
  const filled: APIComponentInContainer[] =
    components.length > 0 ? components : [{ type: ComponentType.TextDisplay, content: '…' }]
  return {
    payload: {
      flags: MessageFlags.IsComponentsV2,
      components: isCard(message)
        ? [{ type: ComponentType.Container, accent_color: COLOURS[message.tone ?? 'plain'], components: filled }]
        : filled,
      allowed_mentions: { parse: [] },
    },
    files: parts.flatMap((part) => ('upload' in part ? [part.upload] : [])),
  }
}

/** One line of talk stands by itself; what has a title, a tone that matters or more than words is a card. */
function isCard({ title, tone, blocks }: PlatformMessage): boolean {
  return title !== undefined || tone === 'bad' || blocks.some(({ block }) => block !== 'text' && block !== 'buttons')
}

function partsOf(message: PlatformMessage, menu: readonly CommandMenuEntry[]): readonly Part[] {
  const ids = customIds()
  let uploads = 0
  const title: Part = { part: 'text', pieces: titlePieces(message) }
  const parts = message.blocks.flatMap((block): readonly Part[] => {
    switch (block.block) {
      case 'text':
      case 'fields':
      case 'steps':
      case 'code':
        return [{ part: 'text', pieces: blockPieces(block, menu) }]
      case 'buttons':
        return rowsOf(block.buttons, ids)
      case 'file':
      case 'image': {
        const made = block.block === 'file' ? fileOf(block, uploads) : imageOf(block, uploads)
        if (made === null || uploads >= limits.attachments) return [{ part: 'text', pieces: [plain(tooMuch(block))] }]
        uploads += 1
        return [{ part: block.block, upload: made, alt: block.block === 'image' ? altOf(block.alt) : '' }]
      }
      default:
        return block satisfies never
    }
  })
  return [title, ...parts].filter((part) => part.part !== 'text' || fit(part.pieces, limits.text).trim() !== '')
}

function tooMuch(block: { readonly name: string } | { readonly alt: string }): string {
  return `${'name' in block ? block.name : block.alt} is too large to be shown here.`
}

function altOf(text: string): string {
  return cut(harmless(text), limits.alt)
}

/** Five in a row; what is dangerous comes last, in a row of its own. */
function rowsOf(buttons: readonly Button<ActionToken>[], ids: CustomIds): readonly Part[] {
  const isDangerous = (button: Button<ActionToken>): boolean => 'press' in button && button.style === 'danger'
  const groups = [buttons.filter((one) => !isDangerous(one)), buttons.filter(isDangerous)]
  return groups.flatMap((group) => {
    const made = group.flatMap((button) => buttonOf(button, ids) ?? [])
    const rows: Part[] = []
    for (let at = 0; at < made.length; at += limits.buttonsInRow)
      rows.push({ part: 'row', buttons: made.slice(at, at + limits.buttonsInRow) })
    return rows
  })
}

/** Null for a link that leads nowhere. */
function buttonOf(button: Button<ActionToken>, ids: CustomIds): APIButtonComponent | null {
  const words = cut(harmless(button.label), limits.buttonLabel)
  const label = words.trim() === '' ? '…' : words
  if ('url' in button) {
    const url = webAddress(button.url)
    if (url === null || url.length > limits.buttonUrl) return null
    return { type: ComponentType.Button, style: ButtonStyle.Link, label, url }
  }
  return { type: ComponentType.Button, style: styleOf(button.style), label, custom_id: ids.of(button.press) }
}

function styleOf(
  style: 'primary' | 'danger' | undefined,
): ButtonStyle.Primary | ButtonStyle.Danger | ButtonStyle.Secondary {
  if (style === 'primary') return ButtonStyle.Primary
  return style === 'danger' ? ButtonStyle.Danger : ButtonStyle.Secondary
}

/** No more components than one message holds: texts move together, then the last buttons go. */
function within(parts: readonly Part[], isInCard: boolean): readonly Part[] {
  const most = limits.components - (isInCard ? 1 : 0)
  if (countOf(parts) <= most) return parts
  let kept = merged(parts)
  while (countOf(kept) > most) {
    const last = kept.findLastIndex((part) => part.part === 'row')
    kept = merged(last === -1 ? kept.slice(0, most) : kept.toSpliced(last, 1))
  }
  return kept
}

function merged(parts: readonly Part[]): readonly Part[] {
  const together: Part[] = []
  for (const part of parts) {
    const former = together.at(-1)
    if (part.part === 'text' && former?.part === 'text')
      together.splice(-1, 1, { part: 'text', pieces: joined([former.pieces, part.pieces]) })
    else together.push(part)
  }
  return together
}

function countOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + 1 + (part.part === 'row' ? part.buttons.length : 0), 0)
}

function shownLength(part: Part): number {
  if (part.part === 'row')
    return part.buttons.reduce((sum, one) => sum + ('label' in one ? (one.label ?? '').length : 0), 0)
  return part.part === 'image' ? part.alt.length : 0
}

function componentsOf(parts: readonly Part[], room: number): APIComponentInContainer[] {
  let left = room
  return parts.flatMap((part): APIComponentInContainer[] => {
    switch (part.part) {
      case 'text': {
        const content = left > 0 ? fit(part.pieces, left) : ''
        left -= content.length
        return content.trim() === '' ? [] : [{ type: ComponentType.TextDisplay, content }]
      }
      case 'row':
        return [{ type: ComponentType.ActionRow, components: [...part.buttons] }]
      case 'file':
        return [{ type: ComponentType.File, file: { url: `attachment://${part.upload.name}` } }]
      case 'image': {
        const media = { url: `attachment://${part.upload.name}` }
        const item = part.alt.trim() === '' ? { media } : { media, description: part.alt }
        return [{ type: ComponentType.MediaGallery, items: [item] }]
      }
      default:
        return part satisfies never
    }
  })
}
