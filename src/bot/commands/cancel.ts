import { cancelOperation } from '../../core/operations/cancel.js'
import { sandboxByName } from '../../core/state.js'
import { sentence } from '../cards/words.js'
import { command, sandboxArgument } from '../command.js'

export const cancel = command(
  'cancel',
  'Stops what is under way for a sandbox, and undoes it',
  'cancel <sandbox>',
  [sandboxArgument],
  ({ context }, args) => {
    const name = (args['sandbox'] ?? '').trim().toLowerCase()
    const edits = cancelOperation(context, { sandbox: name })
    const sandbox = sandboxByName(context.state, name)
    return {
      answer: 'edit',
      edits,
      message: () => ({ tone: 'busy', blocks: [sentence(`${name}: what was under way is being undone.`)] }),
      ...(sandbox === undefined ? {} : { interrupt: sandbox.id }),
    }
  },
  { need: 'enter', isFrequent: true },
)
