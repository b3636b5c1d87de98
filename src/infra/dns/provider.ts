import type { RecordChange, SeenRecordSet } from '../../core/parts/record-set.js'
import type { Zone } from '../../core/parts/wanted-records.js'

/** A zone as its provider knows it. */
export interface HeldZone extends Zone {
  /** The provider's own id of it. */
  readonly id: string
  /** Names of the servers that are to answer for it. */
  readonly nameServers: readonly string[]
}

/** What stands at some names of a zone, and the way to change just that. */
export interface ZoneView {
  readonly seen: readonly SeenRecordSet[]
  /**
   * All of it or nothing, in one call, with our mark; a change that finds otherwise than seen collides where the provider
   * can tell. Throws InfraError.
   */
  change(changes: readonly RecordChange[], signal: AbortSignal): Promise<void>
}

/** Milliseconds for which what a provider said of its zones is good: they seldom come and go. */
export const ZONES_FRESH_MS = 30 * 60_000

/** Who keeps zones. Each implementation passes `test/contract/dns.ts`. */
export interface DnsProvider {
  /** Its name in the configuration. */
  readonly name: string
  /** How people call it: `deSEC`. */
  readonly label: string
  /** Sentences about rights that it lacks for keeping this name; none where all is well. Throws InfraError. */
  check(name: string, signal: AbortSignal): Promise<readonly string[]>
  /** The zone in which a resolver finds this name; null where we hold none, or it is delegated away. Throws InfraError. */
  zoneOf(name: string, signal: AbortSignal): Promise<HeldZone | null>
  /** Throws InfraError. */
  look(zone: HeldZone, names: readonly string[], signal: AbortSignal): Promise<ZoneView>
  /** Milliseconds until its write limits allow the next change of this zone. Asks nobody. */
  writableIn(zone: Zone): number
}
