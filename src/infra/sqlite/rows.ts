import { isIP } from 'node:net'
import type { Operation } from '../../core/operation.js'
import type { Identity, Person, SshKey } from '../../core/person.js'
import { addressOf, type Sandbox } from '../../core/sandbox.js'

export type Row = Readonly<Record<string, string | number | null>>

/** What this file writes as JSON it reads as the same type; the schema's migrations keep that true. */
function json<T>(value: Row[string] | undefined): T {
  return JSON.parse(String(value)) as T
}

function jsonOrNull<T>(value: Row[string] | undefined): T | null {
  return value === null || value === undefined ? null : json<T>(value)
}

function date(value: Row[string] | undefined): Date {
  return new Date(Number(value))
}

export function sandboxRow(sandbox: Sandbox): Row {
  return {
    id: sandbox.id,
    name: sandbox.name,
    host: sandbox.host,
    agent_host: sandbox.agentHost,
    owner: sandbox.owner,
    instance: sandbox.instance,
    ipv4: addressOf(sandbox),
    ipv6: sandbox.ipv6,
    created_at: sandbox.createdAt.getTime(),
    generation: sandbox.generation,
    applied_generation: sandbox.appliedGeneration,
    spec: JSON.stringify(sandbox.spec),
    phase: sandbox.phase,
    power: sandbox.power,
    ask: sandbox.ask === null ? null : JSON.stringify(sandbox.ask),
    host_keys: JSON.stringify(sandbox.hostKeys),
    host_keys_at: sandbox.hostKeysAt,
    mapping_key: sandbox.mappingKey,
    awaited: JSON.stringify(sandbox.awaited),
    agent_version: sandbox.agentVersion,
  }
}

export function sandboxOf(row: Row): Sandbox {
  return {
    id: String(row.id),
    name: String(row.name),
    host: String(row.host),
    agentHost: String(row.agent_host),
    owner: String(row.owner),
    instance: String(row.instance),
    ipv4: isIP(String(row.ipv4)) === 4 ? String(row.ipv4) : null,
    ipv6: row.ipv6 === null ? null : String(row.ipv6),
    createdAt: date(row.created_at),
    generation: Number(row.generation),
    appliedGeneration: Number(row.applied_generation),
    spec: json(row.spec),
    phase: String(row.phase) as Sandbox['phase'],
    power: String(row.power) as Sandbox['power'],
    ask: jsonOrNull(row.ask),
    hostKeys: json(row.host_keys),
    hostKeysAt: row.host_keys_at === null ? null : String(row.host_keys_at),
    mappingKey: row.mapping_key === null ? null : String(row.mapping_key),
    awaited: json(row.awaited),
    agentVersion: row.agent_version === null ? null : String(row.agent_version),
  }
}

export function operationRow(operation: Operation): Row {
  return {
    id: operation.id,
    verb: operation.verb,
    sandbox: operation.sandbox,
    sandbox_name: operation.sandboxName,
    person: operation.person,
    origin: JSON.stringify(operation.origin),
    event_key: operation.origin.eventKey,
    generation: operation.generation,
    state: operation.state,
    before: operation.before === null ? null : JSON.stringify(operation.before),
    steps: JSON.stringify(operation.steps),
    waiting_for: operation.waitingFor,
    waiting_until: operation.waitingUntil?.getTime() ?? null,
    reason: operation.reason,
    offers: JSON.stringify(operation.offers),
    cancelled: operation.cancelled ? 1 : 0,
    started_at: operation.startedAt.getTime(),
    ended_at: operation.endedAt?.getTime() ?? null,
  }
}

type StoredStep = Omit<Operation['steps'][number], 'startedAt' | 'endedAt'> & {
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export function operationOf(row: Row): Operation {
  const steps = json<readonly StoredStep[]>(row.steps).map((step) => ({
    ...step,
    startedAt: step.startedAt === null ? null : new Date(step.startedAt),
    endedAt: step.endedAt === null ? null : new Date(step.endedAt),
  }))
  return {
    id: String(row.id),
    verb: String(row.verb) as Operation['verb'],
    sandbox: String(row.sandbox),
    sandboxName: String(row.sandbox_name),
    person: String(row.person),
    origin: json(row.origin),
    generation: Number(row.generation),
    state: String(row.state) as Operation['state'],
    before: jsonOrNull(row.before),
    steps,
    waitingFor: row.waiting_for === null ? null : String(row.waiting_for),
    waitingUntil: row.waiting_until === null ? null : date(row.waiting_until),
    reason: row.reason === null ? null : String(row.reason),
    offers: json(row.offers),
    cancelled: row.cancelled === 1,
    startedAt: date(row.started_at),
    endedAt: row.ended_at === null ? null : date(row.ended_at),
  }
}

export function keyOf(row: Row): SshKey {
  return {
    id: String(row.id),
    person: String(row.person),
    type: String(row.type),
    blob: String(row.blob),
    comment: String(row.comment),
    fingerprint: String(row.fingerprint),
    addedAt: date(row.added_at),
  }
}

export function personOf(row: Row, identities: readonly Identity[]): Person {
  return { id: String(row.id), name: String(row.name), identities, isMuted: row.is_muted === 1 }
}
