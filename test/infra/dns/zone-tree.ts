import fc from 'fast-check'
import { ancestors, isWithin } from '../../../src/core/domain-name.js'
import { refused, type DoubleReply } from '../../peers/dns/name-server.js'

/** Whose name servers: the registry's, our provider's, somebody else's. */
export type Operator = 'registry' | 'ours' | 'others'

export interface TreeZone {
  readonly name: string
  readonly at: Operator
}

/** In the zone `from` at its operator: resolvers are sent on to `to` for everything at and below `name`. */
export interface Delegation {
  readonly from: TreeZone
  readonly name: string
  readonly to: Operator
}

export interface ZoneTree {
  readonly zones: readonly TreeZone[]
  readonly delegations: readonly Delegation[]
}

export interface Landing {
  readonly at: Operator
  readonly zone: string
}

const TOP = 'test'
const LABELS = ['a', 'b', 'co']

/** Names below `test` of one to four labels; among them ones that end in the same letters (`xa.test` and `a.test`). */
export const names: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...LABELS, 'xa'), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, TOP].join('.'))

/** Any tree: zones within zones, at the same servers or at others, delegated, forgotten, or delegated into nothing. */
export const trees: fc.Arbitrary<ZoneTree> = fc
  .record({
    zones: fc.uniqueArray(fc.record({ name: names, at: fc.constantFrom('ours', 'others') }) as fc.Arbitrary<TreeZone>, {
      selector: ({ name, at }) => `${name} ${at}`,
      minLength: 1,
      maxLength: 6,
    }),
    cuts: fc.array(
      fc.record({
        from: fc.nat(),
        labels: fc.array(fc.constantFrom(...LABELS), { minLength: 1, maxLength: 2 }),
        to: fc.constantFrom<Operator>('ours', 'others'),
      }),
      { maxLength: 6 },
    ),
    forgotten: fc.nat({ max: 6 }),
  })
  .map(({ zones, cuts, forgotten }) => {
    const all: readonly TreeZone[] = [{ name: TOP, at: 'registry' }, ...zones]
    // Most zones are delegated from the registry, so that resolvers find them at all.
    const usual = zones.slice(forgotten).map(({ name, at }) => ({ from: all[0] as TreeZone, name, to: at }))
    const others = cuts.map(({ from, labels, to }) => {
      const zone = all[from % all.length] as TreeZone
      return { from: zone, name: [...labels, zone.name].join('.'), to }
    })
    const first = new Map([...usual, ...others].map((one) => [`${one.from.at} ${one.from.name} ${one.name}`, one]))
    return { zones: all, delegations: [...first.values()] }
  })

/** Where a resolver ends that begins at the registry; null: nowhere. */
export function resolve(tree: ZoneTree, name: string): Landing | null {
  let at: Operator = 'registry'
  let below = ''
  for (;;) {
    const zone = zoneAt(tree, at, name)
    // Servers that know nothing at or below the point of the delegation are lame.
    if (zone === undefined || !isWithin(zone.name, below === '' ? TOP : below)) return null
    const cut = cutAt(tree, zone, name)
    if (cut === undefined) return { at, zone: zone.name }
    // Only what leads further down; else resolvers give up.
    if (cut.name === below) return null
    ;[at, below] = [cut.to, cut.name]
  }
}

/** What our provider can know by itself: its longest zone, unless that sends resolvers on. */
export function heldByUs(tree: ZoneTree, name: string): string | null {
  const zone = zoneAt(tree, 'ours', name)
  return zone === undefined || cutAt(tree, zone, name) !== undefined ? null : zone.name
}

/** What an operator's servers say, asked without recursion. */
export function authoritative(tree: ZoneTree, at: Operator, name: string, type: string): DoubleReply {
  const zone = zoneAt(tree, at, name)
  if (zone === undefined) return refused
  const cut = cutAt(tree, zone, name)
  if (cut !== undefined) {
    const authority = [{ name: cut.name, type: 'NS' as const, data: serverOf(cut.to) }]
    return { rcode: 0, authoritative: false, answer: [], authority }
  }
  return said(zone, name, type)
}

/** What a recursive resolver says of a name. */
export function recursive(tree: ZoneTree, name: string, type: string): DoubleReply {
  const landing = resolve(tree, name)
  if (landing === null) return { rcode: 2, authoritative: false, answer: [], authority: [] }
  return { ...said({ name: landing.zone, at: landing.at }, name, type), authoritative: false }
}

export function serverOf(at: Operator): string {
  return `ns.${at}.example`
}

function said(zone: TreeZone, name: string, type: string): DoubleReply {
  const soa = { name: zone.name, type: 'SOA' as const, data: serverOf(zone.at) }
  const ns = { name: zone.name, type: 'NS' as const, data: serverOf(zone.at) }
  const isApex = name === zone.name
  if (isApex && type === 'SOA') return { rcode: 0, authoritative: true, answer: [soa], authority: [] }
  if (isApex && type === 'NS') return { rcode: 0, authoritative: true, answer: [ns], authority: [] }
  return { rcode: isApex ? 0 : 3, authoritative: true, answer: [], authority: [soa] }
}

/** A server answers from the longest of its zones that the name is in. */
function zoneAt({ zones }: ZoneTree, at: Operator, name: string): TreeZone | undefined {
  return ancestors(name)
    .map((one) => zones.find((zone) => zone.at === at && zone.name === one))
    .find((zone) => zone !== undefined)
}

/** The uppermost delegation between the zone's own name and this one. */
function cutAt({ delegations }: ZoneTree, zone: TreeZone, name: string): Delegation | undefined {
  return [...ancestors(name)]
    .reverse()
    .map((one) => delegations.find((cut) => cut.from.name === zone.name && cut.from.at === zone.at && cut.name === one))
    .find((cut) => cut !== undefined)
}
