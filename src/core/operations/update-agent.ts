import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Sandbox } from '../sandbox.js'
import { alive, notBusy, ownSandbox, startOperation, type Context } from './operation-context.js'

export interface UpdateRequest {
  readonly sandbox: string
}

/** The newest agent in one sandbox: its conversations go on, and a version that does not answer is taken back. */
export function updateAgent(context: Context, request: UpdateRequest): readonly Edit[] {
  const sandbox = ownSandbox(context, request.sandbox, 'update the agent of')
  notBusy(context, sandbox)
  alive(sandbox)
  const version = newerVersion(sandbox, context.state.newestAgent)
  if (sandbox.power !== 'running') {
    throw new UserError('not-running', `${sandbox.name} does not run, and its agent is updated while it runs.`, [
      { label: 'Start it', command: 'start', args: { sandbox: sandbox.name } },
    ])
  }
  const spec = { ...sandbox.spec, agent: { kind: 'shelley' as const, version } }
  return [
    { edit: 'sandbox.want', id: sandbox.id, spec },
    startOperation(context, 'update', sandbox, sandbox.generation + 1),
  ]
}

/** Throws UserError where there is nothing newer for it. */
function newerVersion({ name, spec, agentVersion }: Sandbox, newest: string | null): string {
  if (spec.agent.kind === 'own') {
    throw new UserError('invalid', `${name}'s agent came with its image; I keep only those that I put in.`)
  }
  if (spec.agent.kind === 'none') throw new UserError('invalid', `${name} has no agent.`)
  if (newest === null) {
    throw new UserError('host-away', 'I have not heard of a release of Shelley yet. Please try again in a moment.')
  }
  if (agentVersion !== newest) return newest
  throw new UserError('invalid', `${name} has the newest Shelley already, ${newest}.`)
}
