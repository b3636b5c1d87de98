import type { Identity, PersonId } from './person.js'
import type { Offer } from './errors.js'
import type { Power, SandboxId, SandboxSpec } from './sandbox.js'

/** The commands that lock a sandbox until they are applied or gone back. */
export type Verb = 'create' | 'start' | 'stop' | 'restart' | 'delete' | 'port' | 'credentials' | 'domain' | 'update'

/**
 * running: towards what was asked. going-back: towards what was before. The rest are ends: done, failed (gone back,
 * nothing left behind), cancelled (gone back because a person said so), stuck (neither way worked).
 */
export type OperationState = 'running' | 'going-back' | 'done' | 'failed' | 'cancelled' | 'stuck'

export type StepState = 'waiting' | 'running' | 'done' | 'failed'

/** One line of an operation's progress. */
export interface Step {
  /** A change's kind with its subject, unique within the operation. */
  readonly key: string
  readonly label: string
  readonly detail: string
  readonly state: StepState
  readonly startedAt: Date | null
  readonly endedAt: Date | null
}

/** Where its messages go: who asked, from where. */
export interface Origin {
  readonly identity: Identity
  readonly place: string
  /** Nobody else reads the place. */
  readonly isPrivate: boolean
  readonly eventKey: string
  /** A login may be shown there, to the asker alone: their direct messages are closed. */
  readonly showsLogin?: true
  /** One of many that are told of together. */
  readonly isQuiet?: true
}

export interface Operation {
  readonly id: string
  readonly verb: Verb
  readonly sandbox: SandboxId
  readonly sandboxName: string
  readonly person: PersonId
  readonly origin: Origin
  /** The generation that must be applied for it to be done. */
  readonly generation: number
  readonly state: OperationState
  /** What to put back; null for a create, whose way back is a tombstone. */
  readonly before: { readonly spec: SandboxSpec; readonly power: Power } | null
  readonly steps: readonly Step[]
  /** Shown while it waits for something that may heal. */
  readonly waitingFor: string | null
  /** When that is over, where it is known. */
  readonly waitingUntil: Date | null
  /** Why it goes or went back: a sentence for people. */
  readonly reason: string | null
  readonly offers: readonly Offer[]
  readonly cancelled: boolean
  readonly startedAt: Date
  readonly endedAt: Date | null
}

export function isLive(operation: Operation): boolean {
  return operation.state === 'running' || operation.state === 'going-back'
}
