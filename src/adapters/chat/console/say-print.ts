import type { StepLine } from '../../../bot/message.js'
import type { SayLine } from './say-session.js'

type MessageLine = Extract<SayLine, { message: string }>

const SIGNS: Readonly<Record<StepLine['state'], string>> = { waiting: '·', running: '◐', done: '✓', failed: '✕' }

/** Prints messages as they come and change: of progress each step once it has ended, of anything else what is new. */
export class SayPrinter {
  private readonly texts = new Map<string, string>()
  private readonly steps = new Map<string, Set<string>>()

  constructor(private readonly out: (line: string) => void) {}

  print(line: MessageLine): void {
    const first = !this.texts.has(line.message)
    if (this.texts.get(line.message) === line.text) return
    // The card for all and the one for the asker end up the same: once is enough here.
    const isRepeated = [...this.texts.values()].includes(line.text)
    this.texts.set(line.message, line.text)
    if (isRepeated) return
    const steps = line.data.blocks.flatMap((block) => (block.block === 'steps' ? block.steps : []))
    // Steps that were printed as they ended are not printed again.
    if (steps.length > 0 && (line.data.tone === 'busy' || this.steps.has(line.message)))
      this.printProgress(line, steps, first)
    else this.printWhole(line)
  }

  private printProgress(line: MessageLine, steps: readonly StepLine[], first: boolean): void {
    const seen = this.steps.get(line.message) ?? new Set<string>()
    this.steps.set(line.message, seen)
    if (first) this.out(line.data.title ?? line.text.split('\n')[0] ?? '')
    for (const step of steps) {
      if ((step.state !== 'done' && step.state !== 'failed') || seen.has(step.label)) continue
      seen.add(step.label)
      this.out(stepText(step))
    }
  }

  private printWhole(line: MessageLine): void {
    if (this.texts.size > 1 || this.steps.has(line.message)) this.out('')
    if (line.direct) this.out('Direct message to you:')
    for (const text of line.text.split('\n')) this.out(line.direct ? `  ${text}` : text)
  }
}

function stepText(step: StepLine): string {
  const time = step.seconds === null ? '' : `${step.seconds.toFixed(1)} s`
  return `  ${SIGNS[step.state]} ${step.label.padEnd(34)} ${step.detail.padEnd(16)} ${time.padStart(7)}`.trimEnd()
}
