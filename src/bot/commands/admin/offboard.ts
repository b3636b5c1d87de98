import type { Departure } from '../../../core/departure.js'
import { offboard as takeOut, restorePerson } from '../../../core/operations/offboard.js'
import type { Person } from '../../../core/person.js'
import { sandboxById, type State } from '../../../core/state.js'
import { personBy } from '../../../core/whom.js'
import { collaboratorLeft, inheritedCard, offboardedCard, restoredCard } from '../../cards/offboarding.js'
import type { Answer, Args, Desk, Telling } from '../../command.js'

/** Takes somebody out; their sandboxes stop, or become the heir's. */
export function offboard({ context, presence }: Desk, args: Args): Answer {
  const { state, settings, actor, now } = context
  const person = personBy(state, args['who'] ?? '', presence)
  const heir = args['heir'] === undefined ? null : personBy(state, args['heir'], presence)
  const { edits, departure } = takeOut(context, { person, heir, by: actor.person.id, now })
  return {
    answer: 'edit',
    edits,
    message: (after) => offboardedCard(after, settings, person, departure),
    tell: (after) => tellingsOf(after, person, departure),
    passed: departure.taken.passed.map(({ sandbox }) => ({ sandbox, former: person.id })),
  }
}

export function restore({ context, presence }: Desk, args: Args): Answer {
  const person = personBy(context.state, args['who'] ?? '', presence)
  const { taken } = context.state.departures.find((one) => one.person === person.id) ?? { taken: { passed: [] } }
  return {
    answer: 'edit',
    edits: restorePerson(context, person),
    message: () => restoredCard(person),
    passed: taken.passed.map(({ sandbox, heir }) => ({ sandbox, former: heir })),
  }
}

/** The heir, and those whose sandboxes were shared with the one who is out. */
export function tellingsOf(after: State, person: Person, { taken }: Departure): readonly Telling[] {
  const inherited = taken.passed.map(({ sandbox, heir }): Telling => ({
    to: heir,
    message: inheritedCard(sandboxById(after, sandbox)?.name ?? sandbox, person),
  }))
  const shared = taken.shares.flatMap(({ sandbox: id }): Telling[] => {
    const sandbox = sandboxById(after, id)
    return sandbox === undefined ? [] : [{ to: sandbox.owner, message: collaboratorLeft(sandbox.name, person) }]
  })
  return [...inherited, ...shared]
}
