import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { checkPort } from '../names.js'
import { alive, notBusy, ownSandbox, startOperation, type Context } from './operation-context.js'

export interface PortRequest {
  readonly sandbox: string
  readonly port: string
}

export function changePort(context: Context, request: PortRequest): readonly Edit[] {
  const { agentPort, sshPort } = context.settings
  const sandbox = ownSandbox(context, request.sandbox, 'change the port of')
  const appPort = checkPort(request.port, agentPort, sshPort)
  notBusy(context, sandbox)
  alive(sandbox)
  if (sandbox.spec.appPort === appPort)
    throw new UserError('invalid', `${sandbox.name}'s app is on port ${appPort} already.`)
  return [
    { edit: 'sandbox.want', id: sandbox.id, spec: { ...sandbox.spec, appPort } },
    startOperation(context, 'port', sandbox, sandbox.generation + 1),
  ]
}
