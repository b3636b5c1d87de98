import { canonicalName } from '../../../core/domain-name.js'
import {
  isSamePlace,
  recordSet,
  recordTypes,
  type RecordChange,
  type RecordOwner,
  type RecordSet,
  type SeenRecordSet,
} from '../../../core/parts/record-set.js'
import type { Batch, RecordFields } from './client.js'
import type { CloudflareRecord } from './shapes.js'

/** Every record of ours says so in its comment. */
const MARK = /^sandpiper owner=([\w-]{1,64})$/
/** Cloudflare's word for "as you like", which is all that it takes for what is proxied. */
const AUTOMATIC = 1

/** The whole of a zone, as Cloudflare lists it, and what a change makes of it. */
export class ZoneContent {
  constructor(private readonly records: readonly CloudflareRecord[]) {}

  seenAt(names: readonly string[]): readonly SeenRecordSet[] {
    return names.flatMap((name) => [
      ...recordTypes.flatMap((type) => [...this.oursAt(name, type), ...this.foreignAt(name, type)]),
      ...this.foreignAt(name, 'CNAME'),
    ])
  }

  batchFor(changes: readonly RecordChange[]): Batch {
    const [deletes, patches, posts]: [{ id: string }[], (RecordFields & { id: string })[], RecordFields[]] = [
      [],
      [],
      [],
    ]
    for (const change of changes) {
      const place = change.kind === 'record.write' ? change.wanted : change.before
      const ours = this.at(place.name, place.type).filter((record) => ownerOf(record) !== null)
      const wanted = change.kind === 'record.write' ? fieldsOf(change.wanted, change.owner) : []
      // In place where it can be: a record that is never away is never missed.
      const kept = ours.slice(0, wanted.length)
      patches.push(...kept.map(({ id }, index) => ({ id, ...(wanted[index] as RecordFields) })))
      deletes.push(...ours.slice(wanted.length).map(({ id }) => ({ id })))
      posts.push(...wanted.slice(kept.length))
    }
    return { deletes, patches, posts }
  }

  private oursAt(name: string, type: RecordSet['type']): readonly SeenRecordSet[] {
    const ours = this.at(name, type).filter((record) => ownerOf(record) !== null)
    const [first] = ours
    if (first === undefined) return []
    // Records of one set that differ are as none of them is wanted.
    const ttl = ours.every((one) => one.ttl === first.ttl) ? first.ttl : 0
    const proxied = ours.every((one) => one.proxied)
    const set = recordSet({ name, type, values: ours.map(({ content }) => content), ttl, proxied })
    return [{ seen: 'ours', owner: ownerOf(first) ?? '', set }]
  }

  private foreignAt(name: string, type: RecordSet['type'] | 'CNAME'): readonly SeenRecordSet[] {
    const foreign = this.at(name, type).filter((record) => type === 'CNAME' || ownerOf(record) === null)
    if (foreign.length === 0) return []
    const contents = foreign.map(({ content }) => content)
    if (type === 'CNAME') return [{ seen: 'foreign', name, type, values: contents.map(canonicalName) }]
    return [
      {
        seen: 'foreign',
        name,
        type,
        values: recordSet({ name, type, values: contents, ttl: 0, proxied: false }).values,
      },
    ]
  }

  private at(name: string, type: string): readonly CloudflareRecord[] {
    return this.records.filter((record) => isSamePlace(placeOf(record), { name, type } as RecordSet))
  }
}

function fieldsOf({ name, type, values, ttl, proxied }: RecordSet, owner: RecordOwner): readonly RecordFields[] {
  const comment = `sandpiper owner=${owner}`
  return values.map((content) => ({ name, type, content, ttl: proxied ? AUTOMATIC : ttl, proxied, comment }))
}

function ownerOf({ comment }: CloudflareRecord): RecordOwner | null {
  return MARK.exec(comment ?? '')?.[1] ?? null
}

function placeOf({ name, type }: CloudflareRecord): Pick<RecordSet, 'name' | 'type'> {
  return { name: canonicalName(name), type: type as RecordSet['type'] }
}
