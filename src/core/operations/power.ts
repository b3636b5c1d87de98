import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { PowerAsk, Sandbox } from '../sandbox.js'
import { alive, enteredSandbox, notBusy, startOperation, type Context } from './operation-context.js'

export interface PowerRequest {
  readonly sandbox: string
}

export function startSandbox(context: Context, request: PowerRequest): readonly Edit[] {
  const sandbox = ready(context, request, 'start')
  if (sandbox.power === 'running') throw new UserError('invalid', `${sandbox.name} is running already.`)
  return ask(context, sandbox, { power: 'start' })
}

export function stopSandbox(context: Context, request: PowerRequest): readonly Edit[] {
  const sandbox = ready(context, request, 'stop')
  if (sandbox.power === 'stopped') throw new UserError('not-running', `${sandbox.name} is stopped already.`)
  return ask(context, sandbox, { power: 'stop' })
}

/** The loop notes Incus' `last_used_at` before it restarts; the restart has happened when that has grown. */
export function restartSandbox(context: Context, request: PowerRequest): readonly Edit[] {
  const sandbox = ready(context, request, 'restart')
  return ask(context, sandbox, { power: 'restart', lastUsedAt: null })
}

function ready(context: Context, request: PowerRequest, act: string): Sandbox {
  const sandbox = enteredSandbox(context, request.sandbox, act)
  notBusy(context, sandbox)
  alive(sandbox)
  return sandbox
}

function ask(context: Context, sandbox: Sandbox, wanted: PowerAsk): readonly Edit[] {
  return [
    { edit: 'sandbox.want', id: sandbox.id, ask: wanted },
    startOperation(context, wanted.power, sandbox, sandbox.generation + 1),
  ]
}
