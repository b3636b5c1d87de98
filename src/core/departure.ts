import type { PersonId } from './person.js'
import type { SandboxId } from './sandbox.js'

/** Somebody who was taken out: no grant counts, no key and no login of theirs opens anything. */
export interface Departure {
  readonly person: PersonId
  readonly at: Date
  /** Null: by the platform's own report. */
  readonly by: PersonId | null
  /** Until when all of it can be undone. */
  readonly until: Date
  readonly taken: Taken
}

/** What they had, so that it can be given back. */
export interface Taken {
  /** Those that were stopped; those that had been stopped before are not among them. */
  readonly stopped: readonly SandboxId[]
  readonly passed: readonly { readonly sandbox: SandboxId; readonly heir: PersonId }[]
  readonly shares: readonly { readonly sandbox: SandboxId; readonly until: Date | null }[]
}
