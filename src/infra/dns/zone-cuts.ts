import { canonicalName, isWithin } from '../../core/domain-name.js'

/**
 * The zone, of those that are held, in which a resolver finds the name: the longest that the name ends in, on label
 * boundaries. Null where there is none.
 */
export function longestZone<T extends { readonly name: string }>(name: string, zones: readonly T[]): T | null {
  const around = zones.filter((zone) => isWithin(name, canonicalName(zone.name)))
  return around.sort((a, b) => b.name.length - a.name.length)[0] ?? null
}

/** Whether an NS record set between the zone's own name and this one sends resolvers on to other servers. */
export function isDelegated(name: string, zone: string, nsOwners: readonly string[]): boolean {
  return nsOwners.map(canonicalName).some((owner) => owner !== zone && isWithin(owner, zone) && isWithin(name, owner))
}
