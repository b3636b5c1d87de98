import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { notBusy, ownSandbox, startOperation, type Context } from './operation-context.js'

export interface DeleteRequest {
  readonly sandbox: string
  /** The sandbox's name once more: only its owner's own typing loses data. */
  readonly confirm: string
}

/** Writes the tombstone. A second delete finds it and does nothing more. */
export function deleteSandbox(context: Context, request: DeleteRequest): readonly Edit[] {
  const sandbox = ownSandbox(context, request.sandbox, 'delete')
  if (request.confirm.trim().toLowerCase() !== sandbox.name) {
    throw new UserError('invalid', `That is not its name. Type \`${sandbox.name}\` to delete ${sandbox.name}.`)
  }
  notBusy(context, sandbox)
  if (sandbox.phase === 'deleting') throw new UserError('gone', `${sandbox.name} is being deleted already.`)
  return [
    { edit: 'sandbox.want', id: sandbox.id, phase: 'deleting', ask: null },
    startOperation(context, 'delete', sandbox, sandbox.generation + 1),
  ]
}
