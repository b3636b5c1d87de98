import type { PersonId } from './person.js'
import type { SandboxId } from './sandbox.js'

/** Identities of one human that were joined, and what came with them: undone, all of it goes back. */
export interface Joining {
  readonly id: string
  /** Who they were before. */
  readonly from: PersonId
  readonly to: PersonId
  readonly at: Date
  readonly moved: {
    readonly identities: readonly string[]
    readonly sandboxes: readonly SandboxId[]
    readonly keys: readonly string[]
    readonly shares: readonly SandboxId[]
  }
}
