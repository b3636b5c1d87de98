import type { Operation, Step } from '../../core/operation.js'
import type { Block, Message, StepLine } from '../message.js'
import { VERBS, capital, clock, sentence, soon, text, wholeSentence } from './words.js'

/** What the asker sees while an operation runs; edited as it goes. */
export function progress(operation: Operation, now: Date): Message {
  const back = operation.state === 'going-back'
  const doing = VERBS[operation.verb].doing(operation.sandboxName)
  const steps = operation.steps.map((step) => stepLine(step, now))
  const blocks: Block[] = []
  if (back && operation.reason !== null) blocks.push(sentence(`Why: ${operation.reason}.`))
  if (steps.length > 0) blocks.push({ block: 'steps', steps })
  if (operation.waitingFor !== null) blocks.push(sentence(`Waiting: ${waitingWords(operation, now)}`))
  if (!back && operation.verb !== 'delete') {
    const press = { command: 'cancel', args: { sandbox: operation.sandboxName } }
    blocks.push({ block: 'buttons', buttons: [{ label: 'Cancel', press }] })
  }
  return {
    title: back ? `◐ Undoing: ${doing}` : `◐ ${capital(doing)}`,
    aside: clock(now.getTime() - operation.startedAt.getTime()),
    tone: 'busy',
    blocks,
  }
}

/** What becomes of it once all is done, where the card itself is there for all: how long each step took. */
export function stepsReport(operation: Operation, now: Date): Message {
  const until = operation.endedAt ?? now
  const steps = operation.steps.map((step) => stepLine(step, now))
  return {
    title: VERBS[operation.verb].done(operation.sandboxName),
    aside: clock(until.getTime() - operation.startedAt.getTime()),
    tone: 'good',
    blocks: [
      ...(operation.reason === null ? [] : [sentence(wholeSentence(operation.reason))]),
      ...(operation.steps.length === 0 ? [] : [{ block: 'steps' as const, steps }]),
    ],
  }
}

/** The one line in the place for all. */
export function announcement(operation: Operation, who: string): Message {
  return { tone: 'busy', blocks: [text(`${who} is ${VERBS[operation.verb].doing(operation.sandboxName)}.`)] }
}

/** A wait whose end is known says so, and that nothing else is missing. */
function waitingWords({ waitingFor, waitingUntil, steps, sandboxName, state }: Operation, now: Date): string {
  if (waitingUntil === null) return waitingFor ?? ''
  const isRest = state === 'running' && steps.every((step) => step.state === 'done')
  const rest = isRest ? ` Everything else of ${sandboxName} is ready.` : ''
  return `${waitingFor} in ${soon(waitingUntil.getTime() - now.getTime())}.${rest}`
}

function stepLine(step: Step, now: Date): StepLine {
  const until = step.endedAt ?? (step.state === 'running' ? now : null)
  const seconds =
    step.startedAt === null || until === null ? null : Math.max(0, until.getTime() - step.startedAt.getTime()) / 1000
  // While a step runs its time is in the title's clock; the step's own is shown when it is known for good.
  return { label: step.label, detail: step.detail, state: step.state, seconds: step.endedAt === null ? null : seconds }
}
