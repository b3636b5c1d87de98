import { enteredSandbox } from '../../core/operations/operation-context.js'
import { sandboxCard } from '../cards/sandbox-card.js'
import { command, sandboxArgument, say } from '../command.js'

export const show = command(
  'show',
  'The card of a sandbox',
  'show <sandbox>',
  [sandboxArgument],
  ({ context, addresses }, args) => {
    const sandbox = enteredSandbox(context, args['sandbox'] ?? '', 'see')
    return say(sandboxCard(context.state, sandbox, addresses, context.now))
  },
  { need: 'enter', isFrequent: true },
)
