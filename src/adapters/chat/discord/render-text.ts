import type { CommandMenuEntry } from '../../../bot/chat.js'
import type { Block, Field, Inline, PlatformMessage, StepLine } from '../../../bot/message.js'
import { commandLine } from './command-line.js'
import { cut, limits } from './limits.js'
import { bold, code, codeBlock, heading, link, newLine, plain, small, time, type Piece } from './markdown.js'

type Menu = readonly CommandMenuEntry[]
type TextBlock = Extract<Block, { block: 'text' | 'fields' | 'steps' | 'code' }>

const MARKS: Readonly<Record<StepLine['state'], string>> = { done: '✓', running: '◐', waiting: '·', failed: '✕' }

/** The first line: what it says is the outcome; beneath it, small, what stands aside. */
export function titlePieces({ title, aside }: PlatformMessage): readonly Piece[] {
  const lines = [
    ...(isBlank(title) ? [] : [[heading(cut(title ?? '', limits.title))]]),
    ...(isBlank(aside) ? [] : [[small(cut(aside ?? '', limits.title))]]),
  ]
  return joined(lines)
}

export function blockPieces(block: TextBlock, menu: Menu): readonly Piece[] {
  switch (block.block) {
    case 'text':
      return inlinePieces(block.inlines, menu)
    case 'fields':
      return joined(block.fields.map((field) => fieldPieces(field, menu)))
    case 'steps':
      return joined(block.steps.map(stepPieces))
    case 'code':
      return [codeBlock(block.text)]
    default:
      return block satisfies never
  }
}

/** One beneath the other. */
export function joined(lines: readonly (readonly Piece[])[]): readonly Piece[] {
  return lines.flatMap((line, index) => (index === 0 ? line : [newLine, ...line]))
}

function fieldPieces({ label, value }: Field, menu: Menu): readonly Piece[] {
  return [bold(label), plain('  '), ...inlinePieces(value, menu)]
}

function stepPieces({ label, detail, state, seconds }: StepLine): readonly Piece[] {
  const words = state === 'running' ? `${label} …` : label
  const rest = [detail, seconds === null ? '' : `${seconds.toFixed(1)} s`].filter((part) => part.trim() !== '')
  const mark = plain(`${MARKS[state]} `)
  const shown = state === 'running' || state === 'failed' ? bold(words) : plain(words)
  return [mark, shown, ...rest.flatMap((part) => [plain('  ·  '), plain(part)])]
}

function inlinePieces(inlines: readonly Inline[], menu: Menu): readonly Piece[] {
  return inlines.map((inline) => onePiece(inline, menu))
}

function onePiece(inline: Inline, menu: Menu): Piece {
  if (typeof inline === 'string') return plain(inline)
  if ('bold' in inline) return bold(inline.bold)
  if ('code' in inline) return code(inline.code)
  if ('command' in inline) return code(commandLine(inline.command, menu))
  if ('link' in inline) return link(inline.link, inline.url)
  if ('mention' in inline) return plain(inline.name)
  if ('time' in inline) return time(inline.time)
  return inline satisfies never
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || plain(text).atoms.join('').trim() === ''
}
