import { isWithin } from '../domain-name.js'
import { hostsOf } from '../hosts.js'
import type { Sandbox } from '../sandbox.js'
import type { State } from '../state.js'
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
  /** `isDisputed`: several were told; else nobody told one. */
  | { readonly state: 'unknown'; readonly why: string; readonly isDisputed: boolean }

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

/** A name at which something of ours is wanted, or was set once and has to go. */
export interface KeptName extends WantedName {
  readonly isWanted: boolean
}

type Remembered = Pick<State, 'recordNames'>

/** The names of one sandbox: those that it needs, and those left of what it needed once. */
export function keptBy(
  sandbox: Sandbox,
  { recordNames }: Remembered,
  base: string,
  mode: DnsMode,
): readonly KeptName[] {
  const wanted = namesOf(sandbox, base, mode)
  return [...wanted.map(asWanted), ...leftOf(sandbox.id, wanted, recordNames, mode, sandbox.phase === 'deleting')]
}

/** Of the base, of each sandbox, and of those that are no more. */
export function keptNames(
  state: Remembered & Pick<State, 'sandboxes'>,
  base: string,
  mode: DnsMode,
): readonly KeptName[] {
  const shared = baseNames(base, mode)
  const kept = [
    ...shared.map(asWanted),
    ...leftOf('base', shared, state.recordNames, mode, false),
    ...state.sandboxes.flatMap((sandbox) => keptBy(sandbox, state, base, mode)),
  ]
  const living = new Set<RecordOwner>(['base', ...state.sandboxes.map(({ id }) => id)])
  const gone = state.recordNames.filter(({ owner }) => !living.has(owner)).map(asLeft)
  // A name that changes hands is its new owner's.
  const wanted = new Set(kept.filter(({ isWanted }) => isWanted).map(({ name }) => name))
  return [...kept, ...gone].filter(({ name, isWanted }) => isWanted || !wanted.has(name))
}

/** Where a person keeps record sets by now, what we made before stays until its sandbox goes: it may be all that there is. */
function leftOf(
  owner: RecordOwner,
  wanted: readonly WantedName[],
  recordNames: readonly WantedName[],
  mode: DnsMode,
  isGoing: boolean,
): readonly KeptName[] {
  if (mode === 'by-hand' && !isGoing) return []
  return recordNames.filter((one) => one.owner === owner && !wanted.some(({ name }) => name === one.name)).map(asLeft)
}

function asWanted(name: WantedName): KeptName {
  return { ...name, isWanted: true }
}

function asLeft({ name, owner }: WantedName): KeptName {
  return { name, owner, isWanted: false }
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
