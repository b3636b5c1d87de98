import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { outdated, type Rollout } from '../rollout.js'
import type { Context } from './operation-context.js'

export interface StartedRollout {
  readonly rollout: Rollout
  readonly edits: readonly Edit[]
}

/** The newest agent for all, in waves: who runs it is an admin. */
export function updateAll(context: Context): StartedRollout {
  const { state, actor, origin } = context
  demandAdmin(context)
  const former = state.rollout
  if (former?.state === 'running') {
    const { updated, total, version } = former
    throw new UserError('busy', `Agents are being updated to ${version}: ${updated} of ${total} so far.`, [
      { label: 'Stop it', command: 'update', args: { stop: 'yes' } },
    ])
  }
  const version = state.newestAgent
  if (version === null) {
    throw new UserError('host-away', 'I have not heard of a release of Shelley yet. Please try again in a moment.')
  }
  const waiting = outdated(state, version).map(({ id }) => id)
  if (waiting.length === 0) throw new UserError('invalid', `Every agent that I keep is at ${version} already.`)
  const rollout: Rollout = {
    id: context.newId(),
    version,
    person: actor.person.id,
    origin,
    total: waiting.length,
    waiting,
    wave: [],
    updated: 0,
    skipped: 0,
    state: 'running',
    reason: null,
  }
  return { rollout, edits: [{ edit: 'rollout.set', rollout }] }
}

/** What runs comes to its end; no further wave begins. */
export function stopRollout(context: Context): StartedRollout {
  demandAdmin(context)
  const { rollout } = context.state
  if (rollout?.state !== 'running') throw new UserError('invalid', 'No agents are being updated.')
  const stopped: Rollout = { ...rollout, state: 'stopped', reason: `${context.actor.person.name} stopped it` }
  return { rollout: stopped, edits: [{ edit: 'rollout.set', rollout: stopped }] }
}

function demandAdmin({ actor }: Context): void {
  if (actor.role === 'admin') return
  throw new UserError('not-allowed', 'Only an admin updates all agents. One of yours: `/sandbox update <sandbox>`')
}
