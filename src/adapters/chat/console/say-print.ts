import type { PlatformMessage, StepLine } from '../../../bot/message.js'
import { plainText } from '../../../bot/plain-text.js'
import type { SayLine } from './say-session.js'

type MessageLine = Extract<SayLine, { message: string }>

const SIGNS: Readonly<Record<StepLine['state'], string>> = { waiting: '·', running: '◐', done: '✓', failed: '✕' }

/** Prints messages as they come and change: of what is under way only what is new, of anything else all of it. */
export class SayPrinter {
  private readonly texts = new Map<string, string>()
  /** Of each message that was under way: what was printed of it. */
  private readonly printed = new Map<string, Set<string>>()

  constructor(private readonly out: (line: string) => void) {}

  print(line: MessageLine): void {
    if (this.texts.get(line.message) === line.text) return
    // The card for all and the one for the asker end up the same: once is enough here.
    const isRepeated = [...this.texts.values()].includes(line.text)
    this.texts.set(line.message, line.text)
    if (isRepeated) return
    const hasSteps = line.data.blocks.some((block) => block.block === 'steps')
    if (isUnderWay(line.data) || (hasSteps && this.printed.has(line.message))) this.printNews(line)
    else this.printWhole(line)
  }

  private printNews({ message, data }: MessageLine): void {
    const printed = this.printed.get(message) ?? new Set<string>()
    this.printed.set(message, printed)
    for (const [key, text] of newsOf(data)) {
      if (!printed.has(key)) this.out(text)
      printed.add(key)
    }
  }

  private printWhole(line: MessageLine): void {
    if (this.texts.size > 1 || this.printed.has(line.message)) this.out('')
    if (line.direct) this.out('Direct message to you:')
    for (const text of line.text.split('\n')) this.out(line.direct ? `  ${text}` : text)
  }
}

function isUnderWay({ tone, title }: PlatformMessage): boolean {
  return tone === 'busy' && title !== undefined
}

/** Its title while it is under way, its sentences, and the steps that have ended; each with what makes it new. */
function newsOf(message: PlatformMessage): readonly (readonly [key: string, text: string])[] {
  const { title = '', blocks } = message
  const lines = blocks.flatMap((block) => {
    if (block.block === 'text') return [[plainText({ blocks: [block] }), plainText({ blocks: [block] })] as const]
    if (block.block !== 'steps') return []
    const ended = block.steps.filter(({ state }) => state === 'done' || state === 'failed')
    return ended.map((step) => [`${step.state} ${step.label}`, stepText(step)] as const)
  })
  return isUnderWay(message) ? [[title, title], ...lines] : lines
}

function stepText(step: StepLine): string {
  const time = step.seconds === null ? '' : `${step.seconds.toFixed(1)} s`
  return `  ${SIGNS[step.state]} ${step.label.padEnd(34)} ${step.detail.padEnd(16)} ${time.padStart(7)}`.trimEnd()
}
