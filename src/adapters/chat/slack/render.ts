import type { types } from '@slack/bolt'
import type { ActionToken, Block, Button, Field, PlatformMessage, StepLine } from '../../../bot/message.js'
import { harmless, plainText } from '../../../bot/plain-text.js'
import { cut, LIMITS } from './limits.js'
import { codeBlocks, inlineElements, plain, richBlocks } from './rich-text.js'
import { webAddress } from './web-address.js'

export interface Payload {
  /** For notifications and screen readers: the same in words, marks escaped. */
  readonly text: string
  readonly blocks: types.KnownBlock[]
}

/** How much of a message is shown: characters of one block, items of one list. */
interface Room {
  readonly text: number
  readonly items: number
}

/** From all there is room for, to what fits whatever it is. */
const ROOMS: readonly Room[] = [
  { text: 9000, items: 100 },
  { text: 3000, items: 50 },
  { text: 1000, items: 20 },
  { text: 300, items: 10 },
  { text: 60, items: 3 },
]
const MARKS: Readonly<Record<StepLine['state'], string>> = { done: '✓', running: '◐', waiting: '·', failed: '✕' }
/** `&`, `<` and `>` become five characters at most. */
const MOST_WORDS = Math.floor(LIMITS.text / 5)

/** Total: any message, with any words, within every limit of Slack's; nobody is notified by what stands in it. */
export function render(message: PlatformMessage): Payload {
  const blocks = fitting(message, LIMITS.messageBlocks, LIMITS.messageJson)
  return { text: spoken(message), blocks }
}

/** The home tab of one person. */
export function renderHome(message: PlatformMessage): types.HomeView {
  return { type: 'home', blocks: fitting(message, LIMITS.viewBlocks, LIMITS.viewJson) }
}

/** A text object in which no emoji is read from `:words:`. Slack takes no empty one. */
export function plainObject(text: string, most: number): types.PlainTextElement {
  const words = cut(harmless(text), most)
  return { type: 'plain_text', text: words.trim() === '' ? '…' : words, emoji: false }
}

function fitting(message: PlatformMessage, most: number, json: number): types.KnownBlock[] {
  for (const room of ROOMS) {
    const blocks = withinCount(blocksOf(message, room), most)
    if (JSON.stringify(blocks).length <= json) return blocks
  }
  return [{ type: 'header', text: plainObject(message.title ?? '', LIMITS.header) }]
}

/** Buttons are dropped last. */
function withinCount(blocks: readonly types.KnownBlock[], most: number): types.KnownBlock[] {
  const spare = blocks.length - most
  if (spare <= 0) return [...blocks]
  const dropped = new Set(blocks.filter(({ type }) => type !== 'actions').slice(-spare))
  return blocks.filter((block) => !dropped.has(block)).slice(0, most)
}

function blocksOf(message: PlatformMessage, room: Room): types.KnownBlock[] {
  const { title, aside } = message
  return [
    ...(title === undefined ? [] : [{ type: 'header' as const, text: plainObject(title, LIMITS.header) }]),
    ...(aside === undefined ? [] : [{ type: 'context' as const, elements: [plainObject(aside, LIMITS.contextText)] }]),
    ...message.blocks.flatMap((block) => renderBlock(block, room)),
  ]
}

function renderBlock(block: Block<ActionToken>, room: Room): types.KnownBlock[] {
  switch (block.block) {
    case 'text':
      return richBlocks(inlineElements(block.inlines), room.text)
    case 'fields':
      return renderLines(block.fields, fieldElements, room)
    case 'steps':
      return renderLines(block.steps, stepElements, room)
    case 'code':
      return codeBlocks(block.text, room.text)
    case 'buttons':
      return renderButtons(block.buttons)
    case 'file':
    case 'image':
      // Files go as messages of their own, below this one.
      return []
    default:
      return block satisfies never
  }
}

/** One line each, and how many more there are. */
function renderLines<Item>(
  items: readonly Item[],
  elements: (item: Item) => readonly types.RichTextElement[],
  room: Room,
): types.KnownBlock[] {
  const lines = items.slice(0, room.items).map(elements)
  const rest = items.length - lines.length
  const all = rest > 0 ? [...lines, [plain(`… and ${rest} more`)]] : lines
  return richBlocks(
    all.flatMap((line, index) => (index === 0 ? line : [plain('\n'), ...line])),
    room.text,
  )
}

function fieldElements({ label, value }: Field): readonly types.RichTextElement[] {
  return [plain(`${harmless(label)}  `, { bold: true }), ...inlineElements(value)]
}

function stepElements({ label, detail, state, seconds }: StepLine): readonly types.RichTextElement[] {
  const words = `${MARKS[state]} ${harmless(label)}${state === 'running' ? ' …' : ''}`
  const more = [harmless(detail), seconds === null ? '' : `${seconds.toFixed(1)} s`].filter((part) => part !== '')
  return [plain(words), ...(more.length === 0 ? [] : [plain(`  ${more.join(' · ')}`, { italic: true })])]
}

function renderButtons(buttons: readonly Button<ActionToken>[]): types.KnownBlock[] {
  const elements = buttons.flatMap(renderButton).slice(0, LIMITS.buttons)
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

function renderButton(button: Button<ActionToken>, index: number): types.Button[] {
  const text = plainObject(button.label, LIMITS.buttonText)
  if ('url' in button) {
    const url = webAddress(button.url)
    return url === null ? [] : [{ type: 'button', text, url, action_id: `open:${index}` }]
  }
  const { press: value, style, confirm } = button
  return [
    {
      type: 'button',
      text,
      value,
      action_id: `press:${index}`,
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined ? {} : { confirm: confirmation(button.label, confirm) }),
    },
  ]
}

function confirmation(label: string, question: string): types.ConfirmationDialog {
  return {
    title: plainObject('Are you sure?', LIMITS.confirmTitle),
    text: plainObject(question, LIMITS.confirmText),
    confirm: plainObject(label, LIMITS.confirmButton),
    deny: plainObject('No', LIMITS.confirmButton),
    style: 'danger',
  }
}

/** A login is not told to every lock screen: of a message with a secret, the title alone. */
function spoken(message: PlatformMessage): string {
  const said = message.secret === true ? { ...message, blocks: [] } : message
  const blocks = said.blocks.filter(({ block }) => block !== 'buttons')
  const words = cut(plainText({ ...said, blocks }).replaceAll(/ {3,}/g, '  '), MOST_WORDS)
  return words.trim() === '' ? '…' : escapeMarks(words)
}

/** The three characters with which Slack's markup begins: without them nothing is a link or a mention. */
function escapeMarks(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
