import { UserError } from '../../../core/errors.js'
import { partIdentity } from '../../../core/operations/link.js'
import { shown } from '../../../core/shown.js'
import { identityIn, personBy } from '../../../core/whom.js'
import { peopleCard } from '../../cards/access.js'
import { partedCard } from '../../cards/linking.js'
import { say, type Answer, type Args, type Desk } from '../../command.js'

/** Everybody whom we have met; or one, by whichever identity. */
export function people({ context, presence }: Desk, args: Args): Answer {
  const { state } = context
  const who = args['who']
  const met = state.persons.filter((person) => person.identities.length > 0)
  return say(peopleCard(state, who === undefined ? met : [personBy(state, who, presence)]))
}

/** Undoes a link of somebody's. */
export function unlink({ context, presence }: Desk, args: Args): Answer {
  const text = args['who'] ?? ''
  const identity = identityIn(text, presence)
  if (identity === null) {
    throw new UserError('invalid', `\`${shown(text)}\` is no identity. Who has which: \`/sandbox admin people\``)
  }
  const person = personBy(context.state, text, presence)
  const message = partedCard(person.name, identity)
  return {
    answer: 'edit',
    edits: partIdentity(context, person, identity),
    message: () => message,
    tell: () => person.identities.map((to) => ({ to, message })),
  }
}
