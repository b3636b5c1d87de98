import { isWithin } from '../core/domain-name.js'
import type { Edit } from '../core/edits.js'
import { InfraError } from '../core/errors.js'
import { driftLine, findingLine } from '../core/parts/describe.js'
import type { Change, DriftLine, Finding } from '../core/parts/plan.js'
import { planRecordSets, type RecordChange, type RecordOwner, type SeenRecordSet } from '../core/parts/record-set.js'
import {
  unknownTypes,
  wantedAt,
  type DnsSettings,
  type KeptName,
  type PublicAddresses,
  type Zone,
} from '../core/parts/wanted-records.js'
import { applyPolicy, type PolicyFacts } from '../core/policy.js'
import type { Clock, RecordKeeper, Store } from '../core/ports.js'
import { liveOperationOf, type State } from '../core/state.js'
import type { Progress } from './progress.js'
import { right, Statuses, type RecordStatus } from './record-status.js'

export interface RecordZoneParts {
  readonly keeper: RecordKeeper
  readonly store: Store
  readonly progress: Progress
  readonly clock: Clock
  readonly base: string
  readonly dns: DnsSettings
}

export type RecordPolicy = Pick<PolicyFacts, 'mode' | 'paused' | 'forced' | 'guardShare'>

export interface ZonePass {
  readonly lines: readonly DriftLine[]
  readonly held: string | null
  readonly hasChanged: boolean
  readonly statuses: Statuses
}

/** One zone: look, plan, and change it all in one call. Throws InfraError. */
export async function keepZone(
  parts: RecordZoneParts,
  zone: Zone,
  names: readonly KeptName[],
  addresses: PublicAddresses,
  policy: RecordPolicy,
  signal: AbortSignal,
): Promise<ZonePass> {
  const { keeper, store, clock } = parts
  const statuses = new Statuses()
  const seen = await keeper.observe(
    zone,
    names.map(({ name }) => name),
    signal,
  )
  const state = store.state()
  const { changes, findings } = plan(parts, state, zone, names, addresses, seen)
  const decision = applyPolicy(
    { changes, findings },
    {
      ...policy,
      seen: seen.filter((one) => one.seen === 'ours').length,
      isAskedFor: (change) => isAskedFor(state, change),
    },
  )
  const apply = decision.apply.filter(isRecordChange)
  for (const { owner } of names) statuses.add(owner, right)
  for (const { sandbox, subject, detail } of findings.filter(({ finding }) => finding === 'conflict')) {
    statuses.add(sandbox ?? 'base', { state: 'conflict', why: `${subject}: ${detail}` })
  }
  for (const held of changes.filter((change) => !apply.includes(change))) {
    statuses.add(held.owner, { state: 'conflict', why: decision.held ?? 'sync does not change record sets now' })
  }
  const wait = apply.length === 0 ? 0 : keeper.writableIn(zone)
  if (wait > 0) for (const { owner } of apply) statuses.add(owner, pacing(zone, wait, clock))
  else await change(parts, state, zone, apply, signal)
  if (wait === 0 && policy.mode === 'repair') forget(store, names, seen, apply)
  return {
    lines: [...changes.map(driftLine), ...findings.map(findingLine)],
    held: decision.held,
    hasChanged: wait === 0 && apply.length > 0,
    statuses,
  }
}

export function pacing({ label }: Pick<Zone, 'label'>, waitMs: number, clock: Clock): RecordStatus {
  const until = new Date(clock.now().getTime() + waitMs)
  return { state: 'waiting', on: `${label} accepts the next change`, until }
}

function plan(
  { base, dns }: RecordZoneParts,
  state: State,
  zone: Zone,
  names: readonly KeptName[],
  addresses: PublicAddresses,
  seen: readonly SeenRecordSet[],
): { readonly changes: readonly RecordChange[]; readonly findings: readonly Finding[] } {
  const known = new Set<RecordOwner>(['base', ...state.sandboxes.map(({ id }) => id), ...state.buried])
  const unknown = unknownTypes(addresses)
  const wantedNames = new Set(names.filter(({ isWanted }) => isWanted).map(({ name }) => name))
  const wanted = names.filter(({ isWanted }) => isWanted).flatMap((name) => wantedAt(name, zone, addresses, dns))
  const { changes, findings } = planRecordSets(wanted, {
    seen,
    isKnown: (owner) => known.has(owner),
    isUnknown: ({ name, type }) => wantedNames.has(name) && unknown.includes(type),
    leadsHere: (target) => (dns.mode === 'wildcard' ? isWithin(target, base) : target === base),
  })
  return { changes: changes.filter(isRecordChange), findings }
}

/** Remembered before, so that whatever comes of it is looked at again. */
async function change(
  { keeper, store, progress }: RecordZoneParts,
  state: State,
  zone: Zone,
  changes: readonly RecordChange[],
  signal: AbortSignal,
): Promise<void> {
  if (changes.length === 0) return
  const writes = changes.flatMap((one) =>
    one.kind === 'record.write' ? [{ name: one.wanted.name, owner: one.owner }] : [],
  )
  const fresh = writes.filter(
    ({ name, owner }) => !state.recordNames.some((one) => one.name === name && one.owner === owner),
  )
  if (fresh.length > 0) store.commit(fresh.map((name): Edit => ({ edit: 'record-name.add', name })))
  const told = changes.flatMap((one) => {
    const operation = liveOperationOf(state, one.owner)
    return operation === undefined ? [] : [{ operation, change: one }]
  })
  for (const { operation, change: one } of told) {
    progress.plan(operation, [one])
    progress.begin(operation, one)
  }
  try {
    await keeper.apply(changes, zone, signal)
  } catch (error) {
    const isOurPace = error instanceof InfraError && error.afterMs !== undefined
    if (!isOurPace) for (const one of told) progress.end(one.operation, one.change, 'failed')
    throw error
  }
  for (const { operation, change: one } of told) progress.end(operation, one, 'done')
}

/** Names at which nothing of ours is wanted, and by now nothing is. */
function forget(
  store: Store,
  names: readonly KeptName[],
  seen: readonly SeenRecordSet[],
  applied: readonly RecordChange[],
): void {
  const isLeft = (name: string): boolean =>
    seen.some(
      (one) =>
        one.seen === 'ours' &&
        one.set.name === name &&
        !applied.some((change) => change.kind === 'record.remove' && change.before === one.set),
    )
  const gone = names.filter(({ name, isWanted }) => !isWanted && !isLeft(name))
  if (gone.length > 0) store.commit(gone.map(({ name }): Edit => ({ edit: 'record-name.remove', name })))
}

function isAskedFor(state: State, change: Change): boolean {
  return isRecordChange(change) && liveOperationOf(state, change.owner) !== undefined
}

function isRecordChange(change: Change): change is RecordChange {
  return change.kind === 'record.write' || change.kind === 'record.remove'
}
