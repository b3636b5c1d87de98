import type { Block, Button, Field, Inline, Message, StepLine } from './message.js'

const WIDTH = 72
const MARKS: Readonly<Record<StepLine['state'], string>> = { done: '✓', running: '◐', waiting: '·', failed: '✕' }

/** A message as text: for logs, `say`, and as the floor for every platform. */
export function plainText(message: Message<unknown>): string {
  const blocks = message.blocks.map(blockText).filter((text) => text !== '')
  const head = message.title === undefined ? [] : [titleLine(message.title, message.aside)]
  return [...head, ...blocks].join('\n')
}

/**
 * Words from outside, made harmless: control characters become visible, marks that turn the reading direction or are
 * seen by nobody are removed.
 */
export function harmless(text: string): string {
  return text
    .replace(/\p{Cf}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu, '')
    .replace(/[\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/\p{Cc}/gu, (mark) => {
      const code = mark.codePointAt(0) ?? 0
      return code < 32 ? String.fromCodePoint(0x2400 + code) : code === 127 ? '\u2421' : '\ufffd'
    })
}

function inlineText(inlines: readonly Inline[]): string {
  return inlines.map(oneInline).join('')
}

function oneInline(inline: Inline): string {
  if (typeof inline === 'string') return harmless(inline)
  if ('bold' in inline) return harmless(inline.bold)
  if ('code' in inline) return `\`${harmless(inline.code)}\``
  if ('command' in inline) return `\`/sandbox ${harmless(inline.command)}\``
  if ('link' in inline) {
    const [label, url] = [harmless(inline.link), harmless(inline.url)]
    return label === url ? url : `${label} (${url})`
  }
  if ('mention' in inline) return harmless(inline.name)
  if ('time' in inline) return timeText(inline.time)
  return inline satisfies never
}

function timeText(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'some time' : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function titleLine(title: string, aside: string | undefined): string {
  const left = harmless(title)
  if (aside === undefined) return left
  const right = harmless(aside)
  return left + right.padStart(Math.max(WIDTH - left.length, right.length + 2))
}

function blockText(block: Block<unknown>): string {
  switch (block.block) {
    case 'text':
      return inlineText(block.inlines)
    case 'fields':
      return fieldsText(block.fields)
    case 'steps':
      return stepsText(block.steps)
    case 'code':
      return block.text
        .split('\n')
        .map((line) => harmless(line))
        .join('\n')
    case 'buttons':
      return block.buttons.map(buttonText).join(' ')
    case 'file':
      return `[file: ${harmless(block.name)}]`
    case 'image':
      return `[picture: ${harmless(block.alt)}]`
    default:
      return block satisfies never
  }
}

function buttonText(button: Button<unknown>): string {
  return `[${harmless(button.label)}]`
}

function fieldsText(fields: readonly Field[]): string {
  const width = Math.min(40, Math.max(0, ...fields.map((field) => harmless(field.label).length)))
  return fields
    .map((field) => `${harmless(field.label).padEnd(width)}  ${inlineText(field.value)}`.trimEnd())
    .join('\n')
}

function stepsText(steps: readonly StepLine[]): string {
  const label = Math.min(40, Math.max(24, ...steps.map((step) => harmless(step.label).length)))
  const detail = Math.min(24, Math.max(12, ...steps.map((step) => harmless(step.detail).length)))
  return steps
    .map((step) => {
      const words = harmless(step.label) + (step.state === 'running' ? ' …' : '')
      const time = step.seconds === null ? '' : `${step.seconds.toFixed(1)} s`.padStart(8)
      return `  ${MARKS[step.state]} ${words.padEnd(label + 2)}  ${harmless(step.detail).padEnd(detail)}${time}`.trimEnd()
    })
    .join('\n')
}
