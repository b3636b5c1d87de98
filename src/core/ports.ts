import type { IssuedCertificate, SeenCertificate } from './certificates.js'
import type { Edit } from './edits.js'
import type { SeenHostKeys } from './host-keys.js'
import type { HostRoom } from './host-room.js'
import type { Notice } from './notice.js'
import type { Operation } from './operation.js'
import type { AgentChange, WantedAgent } from './parts/agent.js'
import type { InstanceChange, SeenInstance } from './parts/instance.js'
import type { PipeChange, SeenPipe } from './parts/pipe.js'
import type { DriftLine } from './parts/plan.js'
import type { RecordChange, RecordSet, RecordType, SeenRecordSet } from './parts/record-set.js'
import type { PublicAddresses, Zone } from './parts/wanted-records.js'
import type { RouteChange, SeenRoutes } from './parts/route.js'
import type { Rollout } from './rollout.js'
import type { SandboxId } from './sandbox.js'
import type { Network, State } from './state.js'

/** Names of instances or pipes to look at. `all` is one listing; a few names are one look each. */
export type Names = 'all' | readonly string[]

/** Keeps instances. Every change is idempotent: it works whether it never ran, half ran, or ran before. */
export interface InstanceKeeper {
  /** By instance name; a name that is not there is not in the map. Throws InfraError. */
  observe(names: Names, signal: AbortSignal): Promise<ReadonlyMap<string, SeenInstance>>
  /** `detail` is told to people while a long change runs ("downloading the image, 40 %"). Throws InfraError. */
  apply(change: InstanceChange, detail: (text: string) => void, signal: AbortSignal): Promise<void>
  /** The SSH host keys that an instance keeps. Throws InfraError. */
  hostKeys(name: string, signal: AbortSignal): Promise<SeenHostKeys>
  /** The network that instances live in. Throws InfraError. */
  network(signal: AbortSignal): Promise<Network>
  /** What the host has left, asked for at `at`. Throws InfraError. */
  room(at: Date, signal: AbortSignal): Promise<HostRoom>
  /** What no event tells of a running instance. `diskLimit` in bytes. Throws InfraError. */
  health(name: string, diskLimit: number, signal: AbortSignal): Promise<InstanceHealth>
}

/** Bytes, and a count since the instance's start; null: not measured. */
export interface InstanceHealth {
  readonly diskUsed: number | null
  readonly diskSize: number
  /** How many processes the kernel ended for want of memory. */
  readonly memoryKills: number | null
}

/** Keeps the agent in sandboxes; what there is of it is seen on the instance. Every change is idempotent. */
export interface AgentKeeper {
  /** `detail` is told to people while it runs, and says at its end what is worth knowing. Throws InfraError. */
  apply(change: AgentChange, detail: (text: string) => void, signal: AbortSignal): Promise<void>
  /** Asks until it answers or the signal ends that; whether it did. */
  answers(wanted: WantedAgent, signal: AbortSignal): Promise<boolean>
}

/** The agent's releases on this host. */
export interface AgentReleases {
  /** Downloads the newest one where it is not here yet; its version. Throws InfraError. */
  fetchNewest(signal: AbortSignal): Promise<string>
}

/** Keeps the pipes folder, and the key pairs behind it. */
export interface PipeKeeper {
  /** By pipe name. Foreign folders are in it too. Throws InfraError. */
  observe(names: Names): Promise<ReadonlyMap<string, SeenPipe>>
  apply(change: PipeChange): Promise<void>
  /** Removes half-built folders (their names begin with a dot): they hold a private key. */
  sweep(): Promise<void>
}

/** Keeps Caddy's whole server: one writer; changes that come together go out in one write. */
export interface RouteKeeper {
  /** One GET for everything. Throws InfraError. */
  observe(signal: AbortSignal): Promise<SeenRoutes>
  /** Resolves when a write that carries these changes was accepted, or they turned out to be there. Throws InfraError. */
  apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<void>
}

/** How many of a zone's own servers answer as it is wanted, of all that were asked. */
export interface Served {
  readonly by: number
  readonly of: number
}

/** Something about DNS that only a person can put right. */
export interface DnsTrouble {
  readonly subject: string
  readonly detail: string
}

/** Keeps record sets, zone by zone, wherever a provider holds the zone. One caller at a time for one zone. */
export interface RecordKeeper {
  /** The zone in which a resolver finds the name; null: none that we hold, so its records are set by hand. Throws InfraError. */
  zoneOf(name: string, signal: AbortSignal): Promise<Zone | null>
  /** What stands at these names. Throws InfraError. */
  observe(zone: Zone, names: readonly string[], signal: AbortSignal): Promise<readonly SeenRecordSet[]>
  /** Upon what `observe` saw last: all changes of the zone in one call, where its provider has such. Throws InfraError. */
  apply(changes: readonly RecordChange[], zone: Zone, signal: AbortSignal): Promise<void>
  /** Milliseconds until write limits allow the next change. Asks nobody. */
  writableIn(zone: Zone): number
  /** The host's own addresses, as the world sees them. */
  addresses(signal: AbortSignal): Promise<PublicAddresses>
  /** Asks the zone's own servers until all say so, or it has taken too long. */
  untilServed(
    zone: Zone,
    sets: readonly RecordSet[],
    report: (served: Served) => void,
    signal: AbortSignal,
  ): Promise<Served>
  /** The public resolvers that say so by now, for information. */
  seenBy(sets: readonly RecordSet[], signal: AbortSignal): Promise<readonly string[]>
  /** What a resolver of the world says, sorted. Throws InfraError. */
  resolve(name: string, type: RecordType, signal: AbortSignal): Promise<readonly string[]>
  /** Rights that are missing for keeping this name, and a world that is sent to other servers. Throws InfraError. */
  troubles(name: string, signal: AbortSignal): Promise<readonly DnsTrouble[]>
}

/** Public lines (`ssh-ed25519 AAAA…`) of a sandbox's two key pairs. The private halves stay in files of mode 0600. */
export interface SandboxKeys {
  readonly mapping: string
  readonly host: string
}

export interface Keyring {
  /** Makes what is missing; the same answer each time until `forget`. */
  ensure(sandbox: SandboxId): Promise<SandboxKeys>
  /** OpenSSH private key text. */
  privateKey(sandbox: SandboxId, which: keyof SandboxKeys): Promise<string>
  forget(sandbox: SandboxId): Promise<void>
}

/** What the world's DNS says. */
export interface DnsLook {
  /** Of both families; empty where there is no such name. Throws InfraError where nobody answers. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>
}

/** Sees the certificates that Caddy's listener shows. A handshake is also what makes it get one that is asked for on demand. */
export interface CertificateLook {
  /** Time-limited; never throws. */
  see(host: string): Promise<SeenCertificate>
}

/** The certificates that were obtained, for the authority's weekly limit: they count after their sandbox is gone, too. */
export interface CertificateLedger {
  /** Those that are valid still, or began within a week. */
  issued(): readonly IssuedCertificate[]
  /** The first of a host name, or the one that followed it. */
  note(certificate: IssuedCertificate): void
}

/** Where people have published their public keys. */
export interface KeySource {
  /** Lines as they are published, by user name. Throws UserError where there is no such name, or InfraError. */
  keysOf(name: string): Promise<readonly string[]>
}

/** Makes passwords that people can read aloud, and their bcrypt hashes, off the event loop. */
export interface Passwords {
  make(): Promise<{ readonly password: string; readonly hash: string }>
}

/** What is only ours to remember. Synchronous: SQLite. */
export interface Store {
  state(): State
  /**
   * All edits or none. A name, host name, address or live operation that is taken throws UserError ('name-taken',
   * 'busy'). `after` runs inside the same transaction (the inbox marks its request answered there).
   */
  commit(edits: readonly Edit[], after?: () => void): void
  operation(id: string): Operation | undefined
  /** The newest first. */
  recentOperations(limit: number): readonly Operation[]
}

/** A password that is published and now has to reach its person. Never stored. */
export interface Login {
  readonly sandbox: SandboxId
  readonly person: string
  readonly user: string
  readonly password: string
}

/** What the loop tells the rest of the house. Implemented by the bot. Must not throw. */
export interface Announcer {
  /** The operation's state, steps or waiting changed; the store already says so. */
  operationChanged(id: string): void
  /** Something about the sandbox changed for another reason. */
  sandboxChanged(id: SandboxId): void
  /** Something happened to it that nobody asked for. The same twice is told once. */
  noticed(id: SandboxId, notice: Notice): void
  /** True when it was delivered or refused for good; false: try again later, with a new password. */
  deliverLogin(login: Login): Promise<boolean>
  rolloutChanged(rollout: Rollout): void
  drift(report: DriftReport): void
}

export interface DriftReport {
  readonly at: Date
  readonly applied: boolean
  /** Why nothing was applied although something differs; null where it was, or there was nothing. */
  readonly held: string | null
  readonly lines: readonly DriftLine[]
}

/** The loop, as seen by those who feed it. Keys only, never facts. */
export interface Sync {
  /** Look at these sandboxes soon. */
  poke(sandboxes: readonly SandboxId[]): void
  /** A pass over everything, now. */
  pass(options: { readonly apply: boolean; readonly force?: boolean }): Promise<DriftReport>
  /** Stops what runs for this sandbox so that the loop looks anew (cancel). */
  interrupt(sandbox: SandboxId): void
  paused(): boolean
  pause(on: boolean): void
}

export interface Clock {
  now(): Date
}
