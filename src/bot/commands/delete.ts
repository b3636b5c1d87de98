import { deleteSandbox } from '../../core/operations/delete.js'
import { argument, command, operation, sandboxArgument } from '../command.js'

export const remove = command(
  'delete',
  'Deletes a sandbox; asks for its name once more',
  'delete <sandbox>',
  [
    sandboxArgument,
    argument('confirm', 'Its name once more', 'Type the name of the sandbox to delete it', { required: () => true }),
  ],
  ({ context }, args) =>
    operation(deleteSandbox(context, { sandbox: args['sandbox'] ?? '', confirm: args['confirm'] ?? '' })),
  { danger: true, isFrequent: true },
)
