import { stopRollout, updateAll } from '../../core/operations/update-all.js'
import { updateAgent } from '../../core/operations/update-agent.js'
import { sentence } from '../cards/words.js'
import { argument, command, operation, sandboxArgument } from '../command.js'

export const update = command(
  'update',
  'Brings the newest agent into a sandbox; conversations go on; admins: --all',
  'update <sandbox>',
  [
    { ...sandboxArgument, required: (args) => args['all'] === undefined && args['stop'] === undefined },
    argument('all', 'All', 'Every sandbox, in waves; it stops at the first failure (admins)', { kind: 'flag' }),
    argument('stop', 'Stop', 'Begin no further wave (admins)', { kind: 'flag' }),
  ],
  ({ context }, args) => {
    const isAll = args['all'] !== undefined
    if (!isAll && args['stop'] === undefined) return operation(updateAgent(context, { sandbox: args['sandbox'] ?? '' }))
    const { rollout, edits } = isAll ? updateAll(context) : stopRollout(context)
    const words = isAll
      ? `Agents to update to ${rollout.version}: ${rollout.total}. One goes first, then four at a time; the next message says how far it is.`
      : 'No further wave begins. What is under way comes to its end.'
    const message = { tone: 'plain', blocks: [sentence(words)] } as const
    return { answer: 'edit', edits, message: () => message, poke: rollout.waiting.slice(0, 1) }
  },
)
