import { ownSandbox } from '../../core/operations/operation-context.js'
import { shareSandbox, unshareSandbox } from '../../core/operations/share.js'
import { parseUntil } from '../../core/until.js'
import { personBy } from '../../core/whom.js'
import { noLongerShared, sharedWithYou, sharesCard } from '../cards/sharing.js'
import { argument, command, sandboxArgument, say } from '../command.js'

export const share = command(
  'share',
  'Lets somebody else enter a sandbox: SSH, its agent, start and stop',
  'share <sandbox> [who] [--until 7d] [--remove]',
  [
    sandboxArgument,
    argument('who', 'Who', 'A mention, a name or an id; without it you see with whom it is shared', {
      positional: true,
    }),
    argument('until', 'Until', 'When it ends: 12h, 7d, 2w or 2027-03-31; without an end where left out'),
    argument('remove', 'Remove', 'Takes them out, at once', { kind: 'flag' }),
  ],
  ({ context, presence, addresses }, args) => {
    const { state, now, actor } = context
    const name = args['sandbox'] ?? ''
    const sandbox = ownSandbox(context, name, 'share')
    if (args['who'] === undefined) return say(sharesCard(state, sandbox))
    const person = personBy(state, args['who'], presence)
    if (args['remove'] !== undefined) {
      const message = noLongerShared(sandbox.name, actor.person.name)
      return {
        answer: 'edit',
        edits: unshareSandbox(context, { sandbox: name, person }),
        message: (after) => sharesCard(after, sandbox, `${person.name} is taken out of ${sandbox.name}`),
        tell: () => [{ to: person.id, message }],
      }
    }
    const until = args['until'] === undefined ? null : parseUntil(args['until'], now)
    return {
      answer: 'edit',
      edits: shareSandbox(context, { sandbox: name, person, until }),
      message: (after) => sharesCard(after, sandbox, `${sandbox.name} is shared with ${person.name}`),
      tell: (after) => [{ to: person.id, message: sharedWithYou(after, sandbox, actor.person, person.id, addresses) }],
    }
  },
  { isCostly: (args) => args['who'] !== undefined && args['remove'] === undefined },
)
