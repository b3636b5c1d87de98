import { harmless } from '../../../bot/plain-text.js'

/** A part of a text: cut only between its atoms, so that no mark is left open and no escape is split. */
export interface Piece {
  readonly open: string
  readonly atoms: readonly string[]
  readonly close: string
}

/** Marks that mean something wherever they stand: emphasis, code, links and mentions. */
const ANYWHERE = new Set(['\\', '*', '_', '~', '|', '`', '<', '[', ']', '@'])
/** Headings, small print, quotes and lists begin so. */
const AT_START = new Set(['#', '-', '+', '>'])

export function plain(text: string): Piece {
  return { open: '', atoms: escaped(text), close: '' }
}

export function bold(text: string): Piece {
  const atoms = escaped(text)
  // Marks with nothing between them would be read as text.
  return atoms.join('').trim() === '' ? plain(text) : { open: '**', atoms, close: '**' }
}

/** Small and grey, a line of its own. */
export function small(text: string): Piece {
  return { open: '-# ', atoms: escaped(text), close: '' }
}

export function heading(text: string): Piece {
  return { open: '### ', atoms: escaped(text), close: '' }
}

/** Nothing is escaped within code, so what holds a backtick is no code. */
export function code(text: string): Piece {
  const words = harmless(text)
  if (words.includes('`') || words.trim() === '') return plain(text)
  return { open: '`', atoms: Array.from(words), close: '`' }
}

export function codeBlock(text: string): Piece {
  const lines = text.split('\n').map((line) => harmless(line).replaceAll('```', '`\u200b`\u200b`'))
  const words = lines.join('\n').replace(/^\n+|\s+$/g, '')
  if (words.trim() === '') return plain('')
  return { open: '```\n', atoms: Array.from(words), close: '\n```' }
}

/** Relative, with the exact time at hand, in the reader's own language and zone. */
export function time(at: Date): Piece {
  const seconds = Math.floor(at.getTime() / 1000)
  return { open: '', atoms: [Number.isNaN(seconds) ? 'at an unknown time' : `<t:${seconds}:R>`], close: '' }
}

/** An address is shown as it is; a label that looks like one hides nothing. */
export function link(label: string, url: string): Piece {
  const address = webAddress(url)
  if (address === null) return plain(label)
  if (label === url) return { open: '', atoms: [`<${address}>`], close: '' }
  const words = harmless(label)
  if (words.trim() === '' || words.includes('://')) return { open: '', atoms: [`<${address}>`], close: '' }
  return { open: '[', atoms: escaped(words), close: `](<${address}>)` }
}

export const newLine: Piece = { open: '', atoms: ['\n'], close: '' }

/** The pieces as markdown, within so many characters; what is beyond ends in `…`. */
export function fit(all: readonly Piece[], room: number): string {
  const pieces = keptApart(all)
  const whole = pieces.map(({ open, atoms, close }) => open + atoms.join('') + close).join('')
  if (whole.length <= room) return whole
  let written = ''
  for (const { open, atoms, close } of pieces) {
    const full = open + atoms.join('') + close
    if (written.length + full.length < room) {
      written += full
      continue
    }
    const left = room - written.length - open.length - close.length - 1
    const kept = firstAtoms(atoms, left)
    return kept === '' ? `${written}…` : `${written}${open}${kept}…${close}`
  }
  return written
}

/** Marks of two neighbours would be read as one: a space without width stands between them. */
function keptApart(all: readonly Piece[]): readonly Piece[] {
  const pieces = all.filter(({ open, atoms, close }) => open + atoms.join('') + close !== '')
  return pieces.flatMap((piece, index) => {
    const isNext = (pieces[index - 1]?.close ?? '') !== '' && piece.open !== ''
    return isNext ? [{ open: '', atoms: ['\u200b'], close: '' }, piece] : [piece]
  })
}

/** Null for what is no web address: no `javascript:`, no `data:`. Nothing in it ends a link early. */
export function webAddress(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, href } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  const shown = href === `${url}/` ? url : href
  return shown.replace(/[()<>\s\\]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function escaped(text: string): readonly string[] {
  const characters = Array.from(harmless(text))
  const start = /^\s*(?:\d+\.(?=\s|$)|[^\d\s])?/u.exec(characters.join(''))?.[0] ?? ''
  const first = Array.from(start).length - 1
  return characters.map((character, index) => {
    // `:emoji:`, and the colon of an address.
    const isName = character === ':' && /[\w/]/.test(characters[index + 1] ?? '')
    const isStart = index === first && (AT_START.has(character) || (character === '.' && index > 0))
    return ANYWHERE.has(character) || isName || isStart ? `\\${character}` : character
  })
}

function firstAtoms(atoms: readonly string[], room: number): string {
  let kept = ''
  for (const atom of atoms) {
    if (kept.length + atom.length > room) break
    kept += atom
  }
  return kept
}
