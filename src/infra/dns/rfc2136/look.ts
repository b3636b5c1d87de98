import { ancestors, isWithin } from '../../../core/domain-name.js'
import { recordSet, recordTypes, type RecordSet, type SeenRecordSet } from '../../../core/parts/record-set.js'
import { markName, readMark, type Mark } from '../mark.js'
import type { ServerAddress } from '../wire/ask.js'
import type { ResourceRecord } from '../wire/message.js'
import { recordsAt } from './queries.js'

export interface Looked {
  readonly seen: readonly SeenRecordSet[]
  readonly marks: readonly Mark[]
}

/** What stands at these names, by asking for each of them. Throws InfraError. */
export async function lookAt(
  server: ServerAddress,
  zone: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Looked> {
  const marks = await marksOf(server, names, signal)
  const seen = await Promise.all(names.map((name) => lookAtName(server, zone, name, marks, signal)))
  return { seen: seen.flat(), marks }
}

async function marksOf(server: ServerAddress, names: readonly string[], signal: AbortSignal): Promise<readonly Mark[]> {
  const places = [...new Set(names.map(markName))]
  const found = await Promise.all(places.map((place) => recordsAt(server, place, 'TXT', signal)))
  return found.flat().flatMap(({ name, data }) => readMark(data, name) ?? [])
}

async function lookAtName(
  server: ServerAddress,
  zone: string,
  name: string,
  marks: readonly Mark[],
  signal: AbortSignal,
): Promise<readonly SeenRecordSet[]> {
  const found = await Promise.all(recordTypes.map((type) => recordsAt(server, name, type, signal)))
  const alias = found.flat().find((one) => one.type === 'CNAME')
  if (alias !== undefined) {
    const isThere = !(await isFromWildcard(server, zone, name, 'CNAME', [alias], signal))
    return isThere ? [{ seen: 'foreign', name, type: 'CNAME', values: [alias.data] }] : []
  }
  const seen = await Promise.all(
    recordTypes.map(async (type, index): Promise<readonly SeenRecordSet[]> => {
      const records = found[index] ?? []
      const mark = marks.find(({ place }) => place.name === name && place.type === type)
      const set = setOf(name, type, records)
      if (mark !== undefined) return [{ seen: 'ours', owner: mark.owner, set }]
      if (records.length === 0 || (await isFromWildcard(server, zone, name, type, records, signal))) return []
      return [{ seen: 'foreign', name, type, values: set.values }]
    }),
  )
  return seen.flat()
}

/**
 * A server answers for a name that is not there with what stands at the `*.` above it, and does not say so. Where both
 * are the same we take it for that; if it is not, the update's prerequisite finds out.
 */
async function isFromWildcard(
  server: ServerAddress,
  zone: string,
  name: string,
  type: ResourceRecord['type'],
  records: readonly ResourceRecord[],
  signal: AbortSignal,
): Promise<boolean> {
  if (name.startsWith('*.')) return false
  const above = ancestors(name)
    .slice(1)
    .filter((one) => isWithin(one, zone))
  const wildcards = await Promise.all(
    above.map((one) => recordsAt(server, `*.${one}`, type === 'CNAME' ? 'A' : type, signal)),
  )
  const dataOf = (some: readonly ResourceRecord[]): string =>
    some
      .map(({ data }) => data)
      .sort()
      .join()
  return wildcards.some((one) => one.length > 0 && dataOf(one) === dataOf(records))
}

function setOf(name: string, type: RecordSet['type'], records: readonly ResourceRecord[]): RecordSet {
  return recordSet({ name, type, values: records.map(({ data }) => data), ttl: records[0]?.ttl ?? 0, proxied: false })
}
