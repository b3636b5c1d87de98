import type { ImageSource, Limits, PowerAsk, Sandbox, SandboxId } from '../sandbox.js'
import type { SeenAgent } from './agent.js'
import type { Plan } from './plan.js'

/** The instance that a sandbox should have. */
export interface WantedInstance {
  readonly name: string
  readonly sandbox: SandboxId
  readonly sandboxName: string
  readonly host: string
  readonly image: ImageSource
  readonly limits: Limits
  readonly nesting: boolean
  readonly ipv4: string | null
  readonly ipv6: string | null
  /** The public key that the pipe enters with, for the login user's `authorized_keys`. */
  readonly mappingKey: string
}

/** An instance as Incus shows it, in the same terms as `WantedInstance`. */
export interface SeenInstance {
  readonly name: string
  /** `user.sandpiper.id`; null: not ours. */
  readonly sandbox: SandboxId | null
  readonly sandboxName: string | null
  /** Anything that is neither fully running nor fully stopped (`Frozen`, `Error`) is `other`. */
  readonly power: 'running' | 'stopped' | 'other'
  /** Incus' `last_used_at`, an RFC 3339 text; grows with each start. */
  readonly lastUsedAt: string
  readonly limits: { readonly [limit in keyof Limits]: number | null }
  readonly nesting: boolean
  readonly ipv4: string | null
  readonly ipv6: string | null
  /** Fingerprint-free: the mapping key that was last pushed (`user.sandpiper.mapping-key`), or null. */
  readonly mappingKey: string | null
  /** Whether NIC pinning, isolation, filters and the ACL are just as we set them. */
  readonly nicIsOurs: boolean
  /** The agent that we put in (`user.sandpiper.agent`); null: none. */
  readonly agent: SeenAgent | null
}

export type InstanceField = 'limits' | 'nesting' | 'address' | 'network' | 'mark'

export type InstanceChange =
  | { readonly kind: 'instance.create'; readonly wanted: WantedInstance }
  /** Files that must be there before the first boot: host key, mapping key, host name. */
  | { readonly kind: 'instance.prepare'; readonly wanted: WantedInstance }
  | {
      readonly kind: 'instance.reconfigure'
      readonly wanted: WantedInstance
      readonly fields: readonly InstanceField[]
    }
  /** The mapping key in the instance is not the pipe's. */
  | { readonly kind: 'instance.authorize'; readonly wanted: WantedInstance }
  | { readonly kind: 'instance.start'; readonly name: string; readonly sandbox: SandboxId }
  | { readonly kind: 'instance.stop'; readonly name: string; readonly sandbox: SandboxId }
  | { readonly kind: 'instance.restart'; readonly name: string; readonly sandbox: SandboxId }
  /** Stops it first if need be. Only ever planned for a tombstone. */
  | { readonly kind: 'instance.delete'; readonly name: string; readonly sandbox: SandboxId }

/** For tests that go through every kind. @public */
export const instanceChangeKinds = [
  'instance.create',
  'instance.prepare',
  'instance.reconfigure',
  'instance.authorize',
  'instance.start',
  'instance.stop',
  'instance.restart',
  'instance.delete',
] as const satisfies readonly InstanceChange['kind'][]

export function wantedInstance(sandbox: Sandbox): WantedInstance | null {
  if (sandbox.phase === 'deleting' || sandbox.mappingKey === null) return null
  return {
    name: sandbox.instance,
    sandbox: sandbox.id,
    sandboxName: sandbox.name,
    host: sandbox.host,
    image: sandbox.spec.image,
    limits: sandbox.spec.limits,
    nesting: sandbox.spec.nesting,
    ipv4: sandbox.ipv4,
    ipv6: sandbox.ipv6,
    mappingKey: sandbox.mappingKey,
  }
}

/**
 *  wanted | seen                    | born | ask      | plan
 *  -------+-------------------------+------+----------+------------------------------------------
 *  no     | none, or not ours       |      |          | nothing
 *  no     | ours                    |      |          | delete
 *  yes    | none                    | no   |          | create, prepare, start
 *  yes    | none                    | yes  |          | finding: lost
 *  yes    | not ours                |      |          | finding: conflict
 *  yes    | ours, stopped           | no   |          | (reconfigure,) prepare, start
 *  yes    | ours, fields differ     |      |          | reconfigure the fields
 *  yes    | ours, other mapping key | yes  |          | authorize
 *  yes    | ours, stopped           | yes  | start    | start
 *  yes    | ours, running           | yes  | stop     | stop
 *  yes    | ours, running           | yes  | restart  | restart, while last_used_at is the one asked with
 *  yes    | ours, stopped           | yes  | restart  | start
 *  yes    | ours, as wanted         | yes  | none     | nothing: power is followed
 */
export function planInstance(sandbox: Sandbox, seen: SeenInstance | null): Plan {
  const wanted = wantedInstance(sandbox)
  if (wanted === null) {
    if (sandbox.phase !== 'deleting' || seen?.sandbox !== sandbox.id) return { changes: [], findings: [] }
    return { changes: [{ kind: 'instance.delete', name: seen.name, sandbox: sandbox.id }], findings: [] }
  }
  const born = sandbox.phase !== 'creating'
  if (seen === null)
    return born ? finding(sandbox, 'lost', 'gone from the host, and nobody deleted it here') : create(wanted)
  if (seen.sandbox !== sandbox.id)
    return finding(sandbox, 'conflict', 'an instance of this name is there and is not ours')

  const changes: InstanceChange[] = []
  const fields = differingFields(wanted, seen)
  if (fields.length > 0) changes.push({ kind: 'instance.reconfigure', wanted, fields })
  if (!born && seen.power === 'stopped') changes.push({ kind: 'instance.prepare', wanted }, start(wanted))
  if (born && seen.mappingKey !== wanted.mappingKey) changes.push({ kind: 'instance.authorize', wanted })
  if (born) changes.push(...powerChanges(wanted, sandbox.ask, seen))
  return { changes, findings: [] }
}

/** Whether what was asked has come about, so that the ask can be dropped. */
export function askIsAnswered(ask: PowerAsk, seen: SeenInstance): boolean {
  switch (ask.power) {
    case 'start':
      return seen.power === 'running'
    case 'stop':
      return seen.power === 'stopped'
    case 'restart':
      return seen.power === 'running' && ask.lastUsedAt !== null && seen.lastUsedAt !== ask.lastUsedAt
  }
}

function powerChanges(wanted: WantedInstance, ask: PowerAsk | null, seen: SeenInstance): InstanceChange[] {
  if (ask === null || askIsAnswered(ask, seen)) return []
  const subject = { name: wanted.name, sandbox: wanted.sandbox }
  switch (ask.power) {
    case 'start':
      return [start(wanted)]
    case 'stop':
      return [{ kind: 'instance.stop', ...subject }]
    case 'restart':
      return [seen.power === 'stopped' ? start(wanted) : { kind: 'instance.restart', ...subject }]
  }
}

function create(wanted: WantedInstance): Plan {
  return {
    changes: [{ kind: 'instance.create', wanted }, { kind: 'instance.prepare', wanted }, start(wanted)],
    findings: [],
  }
}

function start(wanted: WantedInstance): InstanceChange {
  return { kind: 'instance.start', name: wanted.name, sandbox: wanted.sandbox }
}

function finding(sandbox: Sandbox, kind: 'lost' | 'conflict', detail: string): Plan {
  return {
    changes: [],
    findings: [{ finding: kind, part: 'instance', subject: sandbox.instance, sandbox: sandbox.id, detail }],
  }
}

function differingFields(wanted: WantedInstance, seen: SeenInstance): InstanceField[] {
  const fields: InstanceField[] = []
  if (limitNames.some((name) => seen.limits[name] !== wanted.limits[name])) fields.push('limits')
  if (seen.nesting !== wanted.nesting) fields.push('nesting')
  if (seen.ipv4 !== wanted.ipv4 || seen.ipv6 !== wanted.ipv6) fields.push('address')
  if (!seen.nicIsOurs) fields.push('network')
  if (seen.sandboxName !== wanted.sandboxName) fields.push('mark')
  return fields
}

const limitNames = ['cpus', 'memory', 'disk', 'processes'] as const satisfies readonly (keyof Limits)[]
