import type { KeptName, PublicAddresses, Zone } from '../core/parts/wanted-records.js'
import type { RecordKeeper } from '../core/ports.js'
import { right, Statuses, type RecordStatus } from './record-status.js'

/** Names by their zones, and how it stands with those that are in none. */
export interface Sorted {
  readonly names: readonly KeptName[]
  readonly addresses: PublicAddresses
  readonly zones: readonly { readonly zone: Zone; readonly names: readonly KeptName[] }[]
  readonly statuses: Statuses
  /** Names whose zone could not be found out. */
  readonly lost: readonly string[]
}

/** A name that is in no zone of ours is a person's to set; one whose zone cannot be found out has failed. */
export async function sortByZone(
  keeper: RecordKeeper,
  names: readonly KeptName[],
  failed: (error: unknown) => RecordStatus,
  signal: AbortSignal,
): Promise<Sorted> {
  const statuses = new Statuses()
  const zones = new Map<string, { zone: Zone; names: KeptName[] }>()
  const lost: string[] = []
  const addresses = await keeper.addresses(signal)
  const nothingKnown = whyNothing(addresses)
  const sort = async (name: KeptName): Promise<void> => {
    try {
      const zone = await keeper.zoneOf(name.name, signal)
      statuses.add(name.owner, right)
      if (zone === null) return
      if (nothingKnown !== null && name.isWanted) {
        statuses.add(name.owner, { state: 'failed', why: nothingKnown, retry: 'later' })
      }
      const key = `${zone.provider} ${zone.name}`
      zones.set(key, { zone, names: [...(zones.get(key)?.names ?? []), name] })
    } catch (error) {
      lost.push(name.name)
      statuses.add(name.owner, failed(error))
    }
  }
  await Promise.all(names.map(sort))
  return { names, addresses, zones: [...zones.values()], statuses, lost }
}

/** Why no record set at all can be wanted; null where one can, or none is. */
function whyNothing({ A, AAAA }: PublicAddresses): string | null {
  if (A.state === 'known' || AAAA.state === 'known') return null
  const unknown = [A, AAAA].find((one) => one.state === 'unknown')
  return unknown?.state === 'unknown' ? unknown.why : null
}
