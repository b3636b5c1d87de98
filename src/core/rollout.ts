import type { Edit } from './edits.js'
import { isLive, type Operation, type Origin } from './operation.js'
import type { PersonId } from './person.js'
import type { Sandbox, SandboxId } from './sandbox.js'
import { liveOperationOf, sandboxById, type State } from './state.js'

/** One version of the agent on its way to all sandboxes, in waves. There is one at a time; the last one is remembered. */
export interface Rollout {
  readonly id: string
  readonly version: string
  readonly person: PersonId
  readonly origin: Origin
  readonly total: number
  readonly waiting: readonly SandboxId[]
  /** Operations of the wave that runs. */
  readonly wave: readonly string[]
  readonly updated: number
  /** Did not run when their turn came, or were busy, or gone. */
  readonly skipped: number
  readonly state: 'running' | 'done' | 'stopped'
  /** Why it stopped; null where it did not. */
  readonly reason: string | null
}

export interface NextWave {
  readonly rollout: Rollout
  readonly edits: readonly Edit[]
  readonly sandboxes: readonly SandboxId[]
}

/** The first is alone: a bad release stops there. */
const FIRST_WAVE = 1
const WAVE = 4

export interface RolloutView {
  readonly state: State
  readonly operation: (id: string) => Operation | undefined
  readonly now: Date
  readonly newId: () => string
}

/**
 *  the wave's operations     | left              | next
 *  --------------------------+-------------------+----------------------------------
 *  one is under way          |                   | null: wait for it
 *  all ended, one not done   |                   | stopped
 *  all done, or none         | some can be done  | the next wave
 *  all done, or none         | none              | done
 *  all ended                 | a person said stop| nothing more; what was done is counted
 */
export function nextWave(rollout: Rollout, view: RolloutView): NextWave | null {
  const wave = rollout.wave.flatMap((id) => view.operation(id) ?? [])
  const isOver = rollout.state !== 'running' && rollout.wave.length === 0
  if (isOver || wave.some(isLive)) return null
  const updated = rollout.updated + wave.filter(({ state }) => state === 'done').length
  const failed = wave.find(({ state }) => state !== 'done')
  if (failed !== undefined) {
    const reason = `${failed.sandboxName}: ${failed.reason ?? failed.state}`
    return over({ ...rollout, wave: [], updated, state: 'stopped', reason })
  }
  if (rollout.state !== 'running') return over({ ...rollout, wave: [], updated })
  const width = updated === 0 ? FIRST_WAVE : WAVE
  const ready = rollout.waiting.flatMap((id) => mayBeUpdated(view.state, id, rollout.version) ?? []).slice(0, width)
  const last = ready.at(-1)
  const taken = last === undefined ? rollout.waiting.length : rollout.waiting.indexOf(last.id) + 1
  const skipped = rollout.skipped + taken - ready.length
  const waiting = rollout.waiting.slice(taken)
  if (last === undefined) return over({ ...rollout, wave: [], waiting, updated, skipped, state: 'done' })
  const operations = ready.map((sandbox) => operationFor(rollout, sandbox, view))
  const next = { ...rollout, wave: operations.map(({ id }) => id), waiting, updated, skipped }
  const agent = { kind: 'shelley' as const, version: rollout.version }
  return {
    rollout: next,
    sandboxes: ready.map(({ id }) => id),
    edits: [
      { edit: 'rollout.set', rollout: next },
      ...ready.map(({ id, spec }): Edit => ({ edit: 'sandbox.want', id, spec: { ...spec, agent } })),
      ...operations.map((operation): Edit => ({ edit: 'operation.start', operation })),
    ],
  }
}

/** Those whose agent is ours and older. */
export function outdated(state: State, version: string): readonly Sandbox[] {
  return state.sandboxes.filter(
    ({ spec, agentVersion }) => spec.agent.kind === 'shelley' && agentVersion !== null && agentVersion !== version,
  )
}

function over(rollout: Rollout): NextWave {
  return { rollout, edits: [{ edit: 'rollout.set', rollout }], sandboxes: [] }
}

function mayBeUpdated(state: State, id: SandboxId, version: string): Sandbox | null {
  const sandbox = sandboxById(state, id)
  if (sandbox === undefined || sandbox.phase !== 'ready' || sandbox.power !== 'running') return null
  if (sandbox.agentVersion === version || sandbox.spec.agent.kind !== 'shelley') return null
  return liveOperationOf(state, id) === undefined ? sandbox : null
}

/** Its messages are the rollout's: nobody is told of each. */
function operationFor(rollout: Rollout, sandbox: Sandbox, { now, newId }: RolloutView): Operation {
  return {
    id: newId(),
    verb: 'update',
    sandbox: sandbox.id,
    sandboxName: sandbox.name,
    person: rollout.person,
    origin: { ...rollout.origin, eventKey: `rollout:${rollout.id}:${sandbox.id}`, isQuiet: true },
    generation: sandbox.generation + 1,
    state: 'running',
    before: { spec: sandbox.spec, power: sandbox.power },
    steps: [],
    waitingFor: null,
    waitingUntil: null,
    reason: null,
    offers: [],
    cancelled: false,
    startedAt: now,
    endedAt: null,
  }
}
