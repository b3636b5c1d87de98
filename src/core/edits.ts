import type { Rollout } from './rollout.js'
import type { Operation } from './operation.js'
import type { WantedName } from './parts/wanted-records.js'
import type { PeopleEdit } from './people-edits.js'
import type { Person, PersonId, SshKey } from './person.js'
import type { Phase, Power, PowerAsk, Sandbox, SandboxId, SandboxSpec } from './sandbox.js'

/** Facts that the loop learns or makes. They raise no generation. */
export interface SandboxFacts {
  readonly phase?: Phase
  readonly power?: Power
  readonly ask?: PowerAsk | null
  readonly hostKeys?: readonly string[]
  readonly hostKeysAt?: string
  readonly mappingKey?: string
  readonly agentVersion?: string | null
  readonly appliedGeneration?: number
  readonly accounts?: SandboxSpec['accounts']
  readonly awaited?: readonly string[]
}

/** What an operation, or the loop, changes in the database. All edits of one call are one transaction. */
export type Edit =
  | { readonly edit: 'sandbox.add'; readonly sandbox: Sandbox }
  /** Raises the generation by one. */
  | {
      readonly edit: 'sandbox.want'
      readonly id: SandboxId
      readonly spec?: SandboxSpec
      readonly owner?: PersonId
      readonly ask?: PowerAsk | null
      readonly phase?: Phase
      readonly awaited?: readonly string[]
    }
  | { readonly edit: 'sandbox.note'; readonly id: SandboxId; readonly facts: SandboxFacts }
  /** Removes the row and remembers the id as buried. The last step of a delete. */
  | { readonly edit: 'sandbox.bury'; readonly id: SandboxId }
  /** From before its first record set is written until its last one is gone. */
  | { readonly edit: 'record-name.add'; readonly name: WantedName }
  | { readonly edit: 'record-name.remove'; readonly name: string }
  | { readonly edit: 'operation.start'; readonly operation: Operation }
  | {
      readonly edit: 'operation.note'
      readonly id: string
      readonly change: Partial<
        Pick<
          Operation,
          | 'state'
          | 'generation'
          | 'steps'
          | 'waitingFor'
          | 'waitingUntil'
          | 'reason'
          | 'offers'
          | 'cancelled'
          | 'startedAt'
          | 'endedAt'
        >
      >
    }
  /** The newest release of the agent that this host has. */
  | { readonly edit: 'agent.newest'; readonly version: string }
  | { readonly edit: 'rollout.set'; readonly rollout: Rollout }
  | { readonly edit: 'person.add'; readonly person: Person }
  | { readonly edit: 'person.mute'; readonly id: PersonId; readonly isMuted: boolean }
  | { readonly edit: 'key.add'; readonly key: SshKey }
  | { readonly edit: 'key.remove'; readonly id: string }
  | PeopleEdit
