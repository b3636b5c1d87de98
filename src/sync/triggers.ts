import { schedule } from 'node-cron'
import type { SandboxId } from '../core/sandbox.js'
import type { State } from '../core/state.js'

/** The sandbox behind an instance's name, which is all that an event tells; null where it is none of ours. */
export function instanceOwner(state: State, instance: string): SandboxId | null {
  return state.sandboxes.find((sandbox) => sandbox.instance === instance)?.id ?? null
}

/** A cron expression that names everything, again and again. The answer stops it. */
export function everySchedule(expression: string, pokeAll: () => void): () => void {
  const task = schedule(expression, pokeAll)
  return () => void task.stop()
}
