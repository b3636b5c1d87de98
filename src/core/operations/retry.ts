import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Operation } from '../operation.js'
import { liveOperationOf, sandboxById, type State } from '../state.js'

/**
 * Takes up an operation that is stuck, in the direction in which it was: a delete goes on, a create and everything else
 * goes back.
 */
export function retryOperation(state: State, operation: Operation, now: Date): readonly Edit[] {
  if (operation.state !== 'stuck') {
    throw new UserError('invalid', `That operation is ${operation.state}, not stuck. Send its command again instead.`)
  }
  const sandbox = sandboxById(state, operation.sandbox)
  if (sandbox === undefined) throw new UserError('gone', `${operation.sandboxName} is not there any more.`)
  if (sandbox.phase === 'lost') {
    throw new UserError('gone', `${sandbox.name}'s instance is gone from the host; it can only be deleted.`)
  }
  if (liveOperationOf(state, sandbox.id) !== undefined) {
    throw new UserError('busy', `Something else runs for ${sandbox.name}. Wait for its end.`)
  }
  const isTombstone = operation.verb === 'delete' || operation.verb === 'create'
  const generation = sandbox.generation + 1
  return [
    { edit: 'sandbox.want', id: sandbox.id, phase: isTombstone ? 'deleting' : 'ready' },
    {
      edit: 'operation.note',
      id: operation.id,
      change: {
        state: operation.verb === 'delete' ? 'running' : 'going-back',
        generation,
        steps: [],
        endedAt: null,
        startedAt: now,
      },
    },
  ]
}
