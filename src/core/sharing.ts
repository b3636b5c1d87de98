import { hasLeft, type Tie } from './access.js'
import type { PersonId } from './person.js'
import type { Sandbox, SandboxId } from './sandbox.js'
import type { State } from './state.js'

/** A collaborator of a sandbox: may enter it, start and stop it; not delete it, nor share it further. */
export interface Share {
  readonly sandbox: SandboxId
  readonly person: PersonId
  readonly by: PersonId
  readonly at: Date
  /** Null: without an end. */
  readonly until: Date | null
}

/** A sandbox that is offered to its next owner, who has to accept. One a sandbox. */
export interface TransferOffer {
  readonly sandbox: SandboxId
  readonly to: PersonId
  readonly by: PersonId
  readonly at: Date
  readonly until: Date
}

export function tieOf(state: State, sandbox: Sandbox, person: PersonId): Tie {
  if (sandbox.owner === person) return 'owner'
  return sharesOf(state, sandbox).some((share) => share.person === person) ? 'collaborator' : 'none'
}

/** An ended share is taken away by the loop's next tick; until then it is one. */
export function sharesOf(state: State, sandbox: Sandbox): readonly Share[] {
  return state.shares.filter((share) => share.sandbox === sandbox.id)
}

/** Whose keys and logins open the sandbox. Who has left opens nothing. */
export function entrantsOf(state: State, sandbox: Sandbox): ReadonlySet<PersonId> {
  const all = [sandbox.owner, ...sharesOf(state, sandbox).map((share) => share.person)]
  return new Set(all.filter((person) => !hasLeft(state, person)))
}

/** The sandboxes that the person may enter. */
export function enteredBy(state: State, person: PersonId): readonly Sandbox[] {
  return state.sandboxes.filter((sandbox) => entrantsOf(state, sandbox).has(person))
}
