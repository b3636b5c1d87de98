import { personBy } from '../../../core/whom.js'
import { peopleCard } from '../../cards/access.js'
import { say, type Answer, type Args, type Desk } from '../../command.js'

/** Everybody whom we have met; or one, by whichever identity. */
export function people({ context, presence }: Desk, args: Args): Answer {
  const { state } = context
  const who = args['who']
  const met = state.persons.filter((person) => person.identities.length > 0)
  return say(peopleCard(state, who === undefined ? met : [personBy(state, who, presence)]))
}
