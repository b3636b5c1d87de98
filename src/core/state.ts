import type { Naming } from './names.js'
import type { Grant } from './access.js'
import type { Departure } from './departure.js'
import type { Joining } from './joining.js'
import type { OneTimeCode } from './one-time-code.js'
import type { AgentSpec, Limits, ImageSource, Sandbox, SandboxId } from './sandbox.js'
import type { Rollout } from './rollout.js'
import type { Share, TransferOffer } from './sharing.js'
import type { Sighting } from './sighting.js'
import type { Operation } from './operation.js'
import type { WantedName } from './parts/wanted-records.js'
import type { Identity, Person, SshKey } from './person.js'
import type { Quota, QuotaSettings } from './quota.js'
import type { Subject } from './subject.js'

/** What is true of the network that instances live in, as Incus last said. */
export interface Network {
  readonly name: string
  /** CIDR of the bridge itself: `10.88.0.1/24`; null: it has no IPv4. */
  readonly ipv4: string | null
  /** `fd42::1/64`; null: it has no IPv6. */
  readonly ipv6: string | null
  /** Whether instances can have fixed IPv6 addresses: by stateful DHCPv6 alone. */
  readonly pinsIpv6: boolean
  /** Inclusive ranges, of both families, that DHCP hands out; pins stay outside. */
  readonly dhcpRanges: readonly (readonly [string, string])[]
  /** Addresses, of both families, that Incus knows to be in use or leased. */
  readonly leased: readonly string[]
}

/** One consistent picture of all that is wanted and known; operations are pure functions of it. */
export interface State {
  readonly sandboxes: readonly Sandbox[]
  readonly persons: readonly Person[]
  readonly keys: readonly SshKey[]
  /** Live and stuck ones. */
  readonly operations: readonly Operation[]
  /** Ids of sandboxes that were deleted on a person's word: what still carries them may go. */
  readonly buried: ReadonlySet<SandboxId>
  /** Names at which we set records, for whom: where to look for what is no longer wanted. */
  readonly recordNames: readonly WantedName[]
  /** The newest release of the agent that this host has; null: none yet. */
  readonly newestAgent: string | null
  /** The last update of all agents; null: there was none. */
  readonly rollout: Rollout | null
  /** Those that were given by command. One a subject. */
  readonly grants: readonly Grant[]
  /** Where commands work in the open, by command. */
  readonly rooms: readonly Subject[]
  readonly sightings: readonly Sighting[]
  readonly codes: readonly OneTimeCode[]
  readonly shares: readonly Share[]
  readonly offers: readonly TransferOffer[]
  readonly joinings: readonly Joining[]
  readonly departures: readonly Departure[]
  /** Those that were set by command. */
  readonly quotas: readonly Quota[]
}

export interface Template {
  readonly name: string
  readonly description: string
  readonly image: ImageSource
  readonly appPort: number
  readonly limits: Limits
  readonly nesting: boolean
  readonly agent: AgentSpec['kind']
}

/** The part of the configuration that decisions in core rest on. */
export interface Settings extends Naming {
  readonly templates: readonly Template[]
  /** The ports in a sandbox that are taken. */
  readonly agentPort: number
  readonly sshPort: number
  /** Inclusive range of IPv4 addresses for pins; null: all of the network outside DHCP. */
  readonly pins: readonly [string, string] | null
  readonly access: AccessSettings
  readonly quotas: QuotaSettings
}

export interface AccessSettings {
  readonly admins: readonly Identity[]
  readonly members: readonly Identity[]
  readonly grants: readonly Grant[]
  /** Where commands work in the open; with those that were named by command. None at all: everywhere. */
  readonly rooms: readonly Subject[]
  /** For how long a group or a room that a platform showed counts where it does not say, in milliseconds. */
  readonly trustMs: number
  /** For how long somebody who was taken out can be brought back with all they had, in milliseconds. */
  readonly undoMs: number
  /** What is done when a platform reports that somebody has left. */
  readonly onLeave: 'ask' | 'at-once' | 'ignore'
}

export function sandboxByName(state: State, name: string): Sandbox | undefined {
  return state.sandboxes.find((sandbox) => sandbox.name === name)
}

export function sandboxById(state: State, id: SandboxId): Sandbox | undefined {
  return state.sandboxes.find((sandbox) => sandbox.id === id)
}

export function liveOperationOf(state: State, id: SandboxId): Operation | undefined {
  return state.operations.find(
    (operation) => operation.sandbox === id && (operation.state === 'running' || operation.state === 'going-back'),
  )
}
