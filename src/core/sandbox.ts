import type { PersonId } from './person.js'

export type SandboxId = string

/** Where an image comes from. `server` null: an image that the host already has, by alias. */
export interface ImageSource {
  readonly server: string | null
  readonly protocol: 'oci' | 'simplestreams' | null
  readonly alias: string
}

export interface Limits {
  /** Number of CPUs. */
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  /** Bytes of the root disk. */
  readonly disk: number
  readonly processes: number
}

/**
 * A person's login on the sandbox's agent route. `hash` is bcrypt; null: a password is due. A password is known only
 * while it is made and delivered: `delivered` false after a restart means that a new one must be made.
 */
export interface Account {
  readonly person: PersonId
  readonly user: string
  readonly hash: string | null
  readonly delivered: boolean
}

/** Who keeps the records of a host name: a provider that holds its zone, or a person. */
export type DnsKeeping = 'automatic' | 'by-hand'

/** A domain of the person's own at which the app is served too. */
export interface CustomDomain {
  readonly host: string
  readonly dns: DnsKeeping
}

/**
 * What answers on the agent's port. shelley: we put it in and keep it; `version` is a release's tag, null the newest
 * when it is installed. own: the image brings it. none: nothing, so no agent route and no login.
 */
export type AgentSpec =
  { readonly kind: 'shelley'; readonly version: string | null } | { readonly kind: 'own' } | { readonly kind: 'none' }

/** What people asked for. Versioned as a whole: going back is putting the former one back. */
export interface SandboxSpec {
  readonly template: string
  readonly image: ImageSource
  readonly limits: Limits
  readonly nesting: boolean
  readonly appPort: number
  readonly accounts: readonly Account[]
  /** Of the two host names that it was created with. */
  readonly dns: DnsKeeping
  readonly domains: readonly CustomDomain[]
  readonly agent: AgentSpec
}

/**
 * creating: not yet started for the first time. ready: born. deleting: a tombstone. lost: its instance is gone and
 * nobody deleted it. stuck: neither going on nor going back worked; visible, deletable.
 */
export type Phase = 'creating' | 'ready' | 'deleting' | 'lost' | 'stuck'

/** Power is followed, not fought: what Incus last said. */
export type Power = 'running' | 'stopped' | 'unknown'

/** Answered once. `lastUsedAt` (Incus' `last_used_at` before the restart; null until the loop has looked) tells a restart
 * that happened from one that is due. */
export type PowerAsk =
  | { readonly power: 'start' }
  | { readonly power: 'stop' }
  | { readonly power: 'restart'; readonly lastUsedAt: string | null }

export interface Sandbox {
  readonly id: SandboxId
  readonly name: string
  /** The app's host name: `myapp.base`, or a custom domain. */
  readonly host: string
  readonly agentHost: string
  readonly owner: PersonId
  /** Apart from `name` (`myapp-3f9a`), so that a remnant of a deleted sandbox never blocks a new one. */
  readonly instance: string
  /** Pinned addresses, one of them at least: null where the bridge had none of this family. */
  readonly ipv4: string | null
  readonly ipv6: string | null
  readonly createdAt: Date
  readonly generation: number
  /** The last generation for which a pass had nothing left to change. */
  readonly appliedGeneration: number
  readonly spec: SandboxSpec
  readonly phase: Phase
  readonly power: Power
  readonly ask: PowerAsk | null
  /** Public host key lines (`ssh-ed25519 AAAA…`); empty until they are made. */
  readonly hostKeys: readonly string[]
  /** Incus' `last_used_at` of the run in which they were looked at; null: not since they were put in. */
  readonly hostKeysAt: string | null
  /** The public half of the key with which the pipe enters the instance; null until it is made. */
  readonly mappingKey: string | null
  /** The version of the agent that we put in; null: none yet, or not ours to keep. */
  readonly agentVersion: string | null
  /** Those of its host names that are not published before DNS is seen to point here. */
  readonly awaited: readonly string[]
}

/** The address at which the host reaches it. Throws where there is none, which the database does not let be. */
export function addressOf({ name, ipv4, ipv6 }: Pick<Sandbox, 'name' | 'ipv4' | 'ipv6'>): string {
  const address = ipv4 ?? ipv6
  if (address === null) throw new Error(`${name} has no address`)
  return address
}

const LEGAL: Readonly<Record<Phase, readonly Phase[]>> = {
  creating: ['ready', 'deleting', 'stuck'],
  ready: ['deleting', 'lost', 'stuck'],
  lost: ['ready', 'deleting'],
  stuck: ['ready', 'deleting', 'lost'],
  deleting: ['stuck'],
}

/** `deleting` → gone is the end of the row, not a phase. Staying is always legal. */
export function mayBecome(from: Phase, to: Phase): boolean {
  return from === to || LEGAL[from].includes(to)
}

/** What a card says of a sandbox, one word. */
export type Status =
  | 'creating'
  | 'running'
  | 'stopped'
  | 'starting'
  | 'stopping'
  | 'restarting'
  | 'deleting'
  | 'lost'
  | 'stuck'
  | 'unknown'

export function statusOf(sandbox: Sandbox): Status {
  if (sandbox.phase !== 'ready') return sandbox.phase
  switch (sandbox.ask?.power) {
    case 'start':
      return 'starting'
    case 'stop':
      return 'stopping'
    case 'restart':
      return 'restarting'
    case undefined:
      return sandbox.power
  }
}

/** Something is wanted of it that is not applied yet, on a person's word. */
export function isOutstanding({ phase, generation, appliedGeneration }: Sandbox): boolean {
  return phase !== 'stuck' && phase !== 'lost' && generation !== appliedGeneration
}
