import { updateAgent } from '../../core/operations/update-agent.js'
import { command, operation, sandboxArgument } from '../command.js'

export const update = command(
  'update',
  'Brings the newest agent into a sandbox; conversations go on',
  'update <sandbox>',
  [sandboxArgument],
  ({ context }, args) => operation(updateAgent(context, { sandbox: args['sandbox'] ?? '' })),
)
