import { UserError } from '../../core/errors.js'
import { partIdentity } from '../../core/operations/link.js'
import { shown } from '../../core/shown.js'
import { identityIn } from '../../core/whom.js'
import { identitiesCard, partedCard } from '../cards/linking.js'
import { argument, command, say } from '../command.js'

export const unlink = command(
  'unlink',
  'Parts one of your accounts again; what came with it goes with it',
  'unlink [identity]',
  [argument('identity', 'Identity', 'Which one, as whoami shows it; without it you see them', { positional: true })],
  ({ context, presence }, args) => {
    const { person } = context.actor
    const text = args['identity']
    if (text === undefined) return say(identitiesCard(person))
    const identity = identityIn(text, presence)
    if (identity === null)
      throw new UserError('invalid', `\`${shown(text)}\` is no identity. Yours: \`/sandbox unlink\``)
    return {
      answer: 'edit',
      edits: partIdentity(context, person, identity),
      message: () => partedCard(person.name, identity),
      tell: () => [{ to: identity, message: partedCard(person.name, identity) }],
    }
  },
  { group: 'me' },
)
