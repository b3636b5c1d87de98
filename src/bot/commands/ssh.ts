import { InfraError } from '../../core/errors.js'
import { learnHostKeys } from '../../core/host-keys.js'
import { ownSandbox } from '../../core/operations/operation-context.js'
import type { Sandbox } from '../../core/sandbox.js'
import { sandboxById } from '../../core/state.js'
import { sshCard } from '../cards/ssh.js'
import { command, sandboxArgument, say, type HostLooks } from '../command.js'

export const ssh = command(
  'ssh',
  'How to get in by SSH; puts it right where the sandbox has made new host keys',
  'ssh <sandbox>',
  [sandboxArgument],
  async ({ context, addresses, host }, args) => {
    const sandbox = ownSandbox(context, args['sandbox'] ?? '', 'enter')
    const hostKeys = sandbox.phase === 'ready' ? await newHostKeys(sandbox, host) : null
    if (hostKeys === null) return say(sshCard(context.state, sandbox, addresses, false))
    return {
      answer: 'edit',
      edits: [{ edit: 'sandbox.note', id: sandbox.id, facts: { hostKeys } }],
      message: (after) => sshCard(after, sandboxById(after, sandbox.id) ?? sandbox, addresses, true),
      poke: [sandbox.id],
    }
  },
)

/** Null where they are as known, or cannot be looked at: how to get in can be told all the same. */
async function newHostKeys(sandbox: Sandbox, host: HostLooks): Promise<readonly string[] | null> {
  try {
    return learnHostKeys(sandbox.hostKeys, await host.hostKeys(sandbox))
  } catch (error) {
    if (error instanceof InfraError) return null
    throw error
  }
}
