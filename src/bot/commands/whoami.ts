import { identityText } from '../../core/person.js'
import { whoamiCard } from '../cards/lists.js'
import { command, say } from '../command.js'

export const whoami = command(
  'whoami',
  'Who you are here, and what you have',
  'whoami',
  [],
  ({ context }) =>
    say(whoamiCard(context.actor.person, context.actor.role, context.state, identityText(context.origin.identity))),
  { group: 'me' },
)
