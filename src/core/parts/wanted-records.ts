import { isWithin } from '../domain-name.js'
import { hostsOf } from '../hosts.js'
import type { Sandbox } from '../sandbox.js'
import { recordSet, type RecordOwner, type RecordType, type WantedRecordSet } from './record-set.js'

/**
 * wildcard: `base` and `*.base` for all; a sandbox costs no write. per-sandbox: record sets of its own for each host
 * name. by-hand: a person sets them, and they are checked.
 */
export type DnsMode = 'wildcard' | 'per-sandbox' | 'by-hand'

export interface DnsSettings {
  readonly mode: DnsMode
  /** Seconds; a zone's own bounds go above it. */
  readonly ttl: number
}

/** The host's own address of one family, as the world sees it. `none`: it has none, and no record set is wanted. */
export type PublicAddress =
  | { readonly state: 'known'; readonly address: string }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly why: string }

export interface PublicAddresses {
  readonly A: PublicAddress
  readonly AAAA: PublicAddress
}

/** A zone that a provider holds for us. */
export interface Zone {
  /** The provider's name in the configuration, and how people call it. */
  readonly provider: string
  readonly label: string
  readonly name: string
  readonly ttl: { readonly least: number; readonly most: number }
  /** Whether host names are to go through its proxy where that breaks nothing. */
  readonly proxies: boolean
}

export interface WantedName {
  readonly name: string
  readonly owner: RecordOwner
}

/** What all sandboxes share. `base` itself is for SSH; `*.base` covers every name below it, of any depth. */
export function baseNames(base: string, mode: DnsMode): readonly WantedName[] {
  const names = { wildcard: [base, `*.${base}`], 'per-sandbox': [base], 'by-hand': [] }
  return names[mode].map((name) => ({ name, owner: 'base' }))
}

/** The host names of a sandbox that need record sets of their own: none where the wildcard covers them. */
export function namesOf(sandbox: Sandbox, base: string, mode: DnsMode): readonly WantedName[] {
  if (sandbox.phase === 'deleting' || mode === 'by-hand') return []
  return hostsOf(sandbox)
    .filter(({ host, dns }) => dns === 'automatic' && (mode === 'per-sandbox' || !isWithin(host, base)))
    .map(({ host }) => ({ name: host, owner: sandbox.id }))
}

/** The record sets that a name should have in its zone. */
export function wantedAt(
  { name, owner }: WantedName,
  zone: Zone,
  addresses: PublicAddresses,
  { ttl }: DnsSettings,
): readonly WantedRecordSet[] {
  const seconds = Math.min(Math.max(ttl, zone.ttl.least), zone.ttl.most)
  const proxied = zone.proxies && owner !== 'base' && mayBeProxied(name, zone.name)
  return (['A', 'AAAA'] as const).flatMap((type) => {
    const { [type]: one } = addresses
    if (one.state !== 'known') return []
    return [{ owner, set: recordSet({ name, type, values: [one.address], ttl: seconds, proxied }) }]
  })
}

export function unknownTypes(addresses: PublicAddresses): readonly RecordType[] {
  return (['A', 'AAAA'] as const).filter((type) => addresses[type].state === 'unknown')
}

/**
 * A proxy's certificates cover one level below the zone: so never what is deeper, nor a wildcard, which would cover that
 * too. It passes no SSH either: so never the base, which all people enter by.
 */
function mayBeProxied(name: string, zone: string): boolean {
  const below = name === zone ? '' : name.slice(0, -zone.length - 1)
  return below !== '' && !below.includes('.') && !below.startsWith('*')
}
