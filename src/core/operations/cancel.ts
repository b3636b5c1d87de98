import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { liveOperationOf } from '../state.js'
import { goBack } from './go-back.js'
import { enteredSandbox, ownSandbox, type Context } from './operation-context.js'

export interface CancelRequest {
  readonly sandbox: string
}

/** Wants what was wanted before. A delete cannot be taken back once its tombstone is written. */
export function cancelOperation(context: Context, request: CancelRequest): readonly Edit[] {
  const sandbox = enteredSandbox(context, request.sandbox, 'cancel what runs on')
  const live = liveOperationOf(context.state, sandbox.id)
  if (live === undefined) throw new UserError('invalid', `Nothing is running for ${sandbox.name}.`)
  // A collaborator takes back what they asked for themselves.
  if (live.person !== context.actor.person.id) ownSandbox(context, sandbox.name, `cancel the ${live.verb} of`)
  if (live.state === 'going-back')
    throw new UserError('busy', `${sandbox.name}: the ${live.verb} is being undone already.`)
  if (live.verb === 'delete')
    throw new UserError('busy', `${sandbox.name} is being deleted; that cannot be taken back.`)
  return goBack(sandbox, live, `${context.actor.person.name} cancelled it`, true)
}
