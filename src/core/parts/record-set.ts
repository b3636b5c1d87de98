import { canonicalName } from '../domain-name.js'
import { canonicalAddress } from '../ip.js'
import type { SandboxId } from '../sandbox.js'
import type { Finding, Plan } from './plan.js'

export type RecordType = 'A' | 'AAAA'

export const recordTypes = ['A', 'AAAA'] as const satisfies readonly RecordType[]

/** All addresses of one type at one name. In its canonical form, so that a plan never flaps. */
export interface RecordSet {
  /** As `canonicalName` writes it; a wildcard is `*.box.example.com`. */
  readonly name: string
  readonly type: RecordType
  /** Canonical and sorted. */
  readonly values: readonly string[]
  /** Seconds. Where it is proxied, the provider chooses. */
  readonly ttl: number
  /** Behind the provider's own proxy. */
  readonly proxied: boolean
}

/** Whose need it meets: a sandbox's, or `base` for what all share. It stands in our mark. */
export type RecordOwner = SandboxId | 'base'

export interface WantedRecordSet {
  readonly owner: RecordOwner
  readonly set: RecordSet
}

/** What stands at a name in its zone. `ours` carries our mark; without values it is a mark whose records are gone. */
export type SeenRecordSet =
  | { readonly seen: 'ours'; readonly owner: RecordOwner; readonly set: RecordSet }
  | {
      readonly seen: 'foreign'
      readonly name: string
      readonly type: RecordType | 'CNAME'
      readonly values: readonly string[]
    }

type Foreign = Extract<SeenRecordSet, { seen: 'foreign' }>

export type RecordChange =
  /** `before`: what stands there now and is ours; null: nothing of this type. */
  | {
      readonly kind: 'record.write'
      readonly owner: RecordOwner
      readonly wanted: RecordSet
      readonly before: RecordSet | null
      readonly detail: string
    }
  | { readonly kind: 'record.remove'; readonly owner: RecordOwner; readonly before: RecordSet; readonly detail: string }

/** For tests that go through every kind. @public */
export const recordChangeKinds = ['record.write', 'record.remove'] as const satisfies readonly RecordChange['kind'][]

/** What is needed to judge what stands at a zone's names. */
export interface RecordView {
  readonly seen: readonly SeenRecordSet[]
  /** Whether a mark's owner is a sandbox of this database, living or buried. Another's marks are as foreign as none. */
  readonly isKnown: (owner: RecordOwner) => boolean
  /** Where something is wanted and our own address is not known: nothing is changed there. */
  readonly isUnknown: (place: Pick<RecordSet, 'name' | 'type'>) => boolean
  /** Whether a CNAME to this name leads here as well. */
  readonly leadsHere: (target: string) => boolean
}

/**
 *  wanted | seen                              | plan
 *  -------+-----------------------------------+---------------------------------
 *  no     | none, foreign                     | nothing
 *  no     | ours                              | remove
 *  no     | ours by its mark, owner unknown   | finding: orphan
 *  yes    | none                              | write
 *  yes    | ours, the same                    | nothing
 *  yes    | ours, different                   | write
 *  yes    | another owner's of ours           | write: the mark changes hands
 *  yes    | foreign, leads here too           | nothing: it is right by hand
 *  yes    | foreign, leads elsewhere          | finding: conflict
 *  any    | any, our address is not known     | nothing
 */
export function planRecordSets(wanted: readonly WantedRecordSet[], view: RecordView): Plan {
  const changes: RecordChange[] = []
  const findings: Finding[] = []
  for (const want of wanted) {
    const there = view.seen.filter((one) => nameOf(one) === want.set.name)
    const foreign = there.filter((one) => one.seen === 'foreign')
    const detail = conflictOf(want.set, there, view) ?? conflictElsewhere(want.set, foreign, wanted, view)
    if (detail !== null) findings.push(conflict(want, detail))
    else if (!foreign.some((one) => one.type === 'CNAME' || one.type === want.set.type)) {
      changes.push(...writeOf(want, there))
    }
  }
  for (const one of view.seen) {
    if (one.seen === 'foreign' || view.isUnknown(one.set)) continue
    if (isWanted(one.set, wanted)) continue
    if (view.isKnown(one.owner)) changes.push(removeOf(one.owner, one.set))
    else findings.push(orphan(one.owner, one.set))
  }
  return { changes, findings }
}

/** Canonical, so that what a provider writes otherwise compares equal. Throws where it is no address of this type. */
export function recordSet(set: RecordSet): RecordSet {
  const values = [...new Set(set.values.map((value) => canonicalAddress(value)))].sort()
  return { ...set, name: canonicalName(set.name), values }
}

export function isSamePlace(a: Pick<RecordSet, 'name' | 'type'>, b: Pick<RecordSet, 'name' | 'type'>): boolean {
  return a.name === b.name && a.type === b.type
}

/** `*.box.example.com A`, for people and logs. */
export function placeOf({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${name} ${type}`
}

function nameOf(seen: SeenRecordSet): string {
  return seen.seen === 'ours' ? seen.set.name : seen.name
}

function writeOf({ owner, set }: WantedRecordSet, there: readonly SeenRecordSet[]): readonly RecordChange[] {
  const ours = there.find((one) => one.seen === 'ours' && one.set.type === set.type)
  if (ours?.seen !== 'ours')
    return [{ kind: 'record.write', owner, wanted: set, before: null, detail: 'missing → set' }]
  const detail = ours.owner === owner ? difference(set, ours.set) : 'marked for another owner → marked anew'
  return detail === null ? [] : [{ kind: 'record.write', owner, wanted: set, before: ours.set, detail }]
}

function removeOf(owner: RecordOwner, before: RecordSet): RecordChange {
  return { kind: 'record.remove', owner, before, detail: 'no longer wanted' }
}

function difference(wanted: RecordSet, seen: RecordSet): string | null {
  if (seen.values.length === 0) return 'gone → set again'
  if (seen.values.join() !== wanted.values.join()) return `${seen.values.join(', ')} → ${wanted.values.join(', ')}`
  if (seen.proxied !== wanted.proxied) return wanted.proxied ? 'not proxied → proxied' : 'proxied → not proxied'
  if (!wanted.proxied && seen.ttl !== wanted.ttl) return `TTL ${seen.ttl} → ${wanted.ttl}`
  return null
}

/** What stands in the way of this record set itself; null where nothing does. The same whatever the order. */
function conflictOf(set: RecordSet, there: readonly SeenRecordSet[], view: RecordView): string | null {
  const details = there.map((one) => obstacle(set, one, view)).filter((detail) => detail !== null)
  return details.sort()[0] ?? null
}

function obstacle(set: RecordSet, one: SeenRecordSet, view: RecordView): string | null {
  if (one.seen === 'ours') {
    const isAnothers = one.set.type === set.type && !view.isKnown(one.owner)
    return isAnothers ? 'another Sandpiper keeps a record set there' : null
  }
  const values = one.values.join(', ')
  if (one.type === 'CNAME') {
    return one.values.every(view.leadsHere) ? null : `a CNAME that is not ours leads to ${values}`
  }
  const isRight = one.type !== set.type || values === set.values.join(', ')
  return isRight ? null : `a record set that is not ours leads to ${values}`
}

/** A foreign one of a type that we have no address for: some visitors would be led elsewhere. */
function conflictElsewhere(
  set: RecordSet,
  foreign: readonly Foreign[],
  wanted: readonly WantedRecordSet[],
  view: RecordView,
): string | null {
  const other = foreign.find(
    ({ type, name }) =>
      type !== 'CNAME' && type !== set.type && !view.isUnknown({ name, type }) && !isWanted({ name, type }, wanted),
  )
  return other === undefined ? null : `${other.type} leads elsewhere, to ${other.values.join(', ')}`
}

function isWanted(place: Pick<RecordSet, 'name' | 'type'>, wanted: readonly WantedRecordSet[]): boolean {
  return wanted.some(({ set }) => isSamePlace(set, place))
}

function conflict({ owner, set }: WantedRecordSet, detail: string): Finding {
  const sandbox = owner === 'base' ? null : owner
  return { finding: 'conflict', part: 'record set', subject: placeOf(set), sandbox, detail }
}

function orphan(owner: RecordOwner, set: RecordSet): Finding {
  const detail = 'its sandbox is not known here'
  return { finding: 'orphan', part: 'record set', subject: placeOf(set), sandbox: owner, detail }
}
