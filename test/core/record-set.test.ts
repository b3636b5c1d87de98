import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isSamePlace,
  planRecordSets,
  recordSet,
  type RecordChange,
  type RecordSet,
  type RecordView,
  type SeenRecordSet,
  type WantedRecordSet,
} from '../../src/core/parts/record-set.js'
import {
  baseNames,
  keptNames,
  namesOf,
  unknownTypes,
  wantedAt,
  type Zone,
} from '../../src/core/parts/wanted-records.js'
import type { Change } from '../../src/core/parts/plan.js'
import { aSandbox } from './sandbox-fixture.js'

const OWNERS = ['sb1', 'sb2', 'base']
const view = (seen: readonly SeenRecordSet[], change: Partial<RecordView> = {}): RecordView => ({
  seen,
  isKnown: (owner) => OWNERS.includes(owner),
  isUnknown: () => false,
  leadsHere: (target) => target === 'box.example.com',
  ...change,
})

const names = fc.constantFrom('a.example.com', 'b.example.com', '*.box.example.com')
const types = fc.constantFrom('A', 'AAAA')
const addressOf = (type: 'A' | 'AAAA'): fc.Arbitrary<string> =>
  type === 'A' ? fc.constantFrom('192.0.2.1', '192.0.2.2') : fc.constantFrom('2001:db8::1', '2001:db8::2')
const sets: fc.Arbitrary<RecordSet> = types.chain((type) =>
  fc.record({
    name: names,
    type: fc.constant(type),
    values: fc.uniqueArray(addressOf(type), { minLength: 1, maxLength: 2 }),
    ttl: fc.constantFrom(60, 300),
    proxied: fc.boolean(),
  }),
)
const placed = <T>(items: fc.Arbitrary<T>, place: (item: T) => string): fc.Arbitrary<T[]> =>
  fc.uniqueArray(items, { selector: place, maxLength: 6 })
const keyOf = ({ name, type }: { name: string; type: string }): string => `${name} ${type}`

/** DNS has no other record beside a CNAME. */
function withoutNeighboursOfCnames(seen: readonly SeenRecordSet[]): readonly SeenRecordSet[] {
  const aliases = seen.flatMap((one) => (one.seen === 'foreign' && one.type === 'CNAME' ? [one.name] : []))
  return seen.filter((one) =>
    one.seen === 'ours' ? !aliases.includes(one.set.name) : one.type === 'CNAME' || !aliases.includes(one.name),
  )
}

const wantedOnes: fc.Arbitrary<readonly WantedRecordSet[]> = placed(
  fc.record({ owner: fc.constantFrom(...OWNERS), set: sets.map(recordSet) }),
  ({ set }) => keyOf(set),
)
const seenOnes: fc.Arbitrary<readonly SeenRecordSet[]> = placed(
  fc.oneof(
    fc.record({
      seen: fc.constant('ours' as const),
      owner: fc.constantFrom(...OWNERS, 'anothers'),
      set: sets.map(recordSet).chain((set) => fc.constantFrom(set, { ...set, values: [] })),
    }),
    sets.map((set) => ({ seen: 'foreign' as const, ...recordSet(set) })),
    names.map((name) => ({ seen: 'foreign' as const, name, type: 'CNAME' as const, values: ['else.where.test'] })),
  ),
  (one) => keyOf(one.seen === 'ours' ? one.set : one),
).map(withoutNeighboursOfCnames)

/** What every provider does with a change, and nothing else. */
function applied(seen: readonly SeenRecordSet[], changes: readonly Change[]): readonly SeenRecordSet[] {
  return changes.reduce<readonly SeenRecordSet[]>((world, change) => {
    const { owner, ...rest } = change as RecordChange
    const place = rest.kind === 'record.write' ? rest.wanted : rest.before
    const others = world.filter((one) => one.seen !== 'ours' || !isSamePlace(one.set, place))
    return rest.kind === 'record.write' ? [...others, { seen: 'ours', owner, set: rest.wanted }] : others
  }, seen)
}

describe('the plan of record sets', () => {
  it('converges in one step from anything that can be found, and then plans nothing', () => {
    fc.assert(
      fc.property(wantedOnes, seenOnes, (wanted, seen) => {
        const plan = planRecordSets(wanted, view(seen))
        const after = applied(seen, plan.changes)
        const again = planRecordSets(wanted, view(after))
        expect(again.changes).toEqual([])
        expect(again.findings).toEqual(plan.findings)
        for (const want of wanted) {
          const isKept = after.some((one) => one.seen === 'ours' && isSamePlace(one.set, want.set))
          const isConflict = plan.findings.some(({ subject }) => subject === keyOf(want.set))
          const isByHand = seen.some((one) => one.seen === 'foreign' && one.name === want.set.name)
          expect(isKept || isConflict || isByHand).toBe(true)
        }
      }),
    )
  })

  it('changes nothing foreign, not even beside it', () => {
    fc.assert(
      fc.property(wantedOnes, seenOnes, (wanted, seen) => {
        const { changes } = planRecordSets(wanted, view(seen))
        for (const change of changes as readonly RecordChange[]) {
          const place = change.kind === 'record.write' ? change.wanted : change.before
          const there = seen.filter((one) => (one.seen === 'ours' ? one.set.name : one.name) === place.name)
          expect(there.filter((one) => one.seen === 'foreign' && [place.type, 'CNAME'].includes(one.type))).toEqual([])
          const ours = there.find((one) => one.seen === 'ours' && one.set.type === place.type)
          expect(ours?.seen === 'ours' ? OWNERS.includes(ours.owner) : change.kind === 'record.write').toBe(true)
        }
      }),
    )
  })

  it('does not depend on the order of anything', () => {
    const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
      fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length })
    const sorted = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).sort()
    const both = fc
      .tuple(wantedOnes, seenOnes)
      .chain(([wanted, seen]) => fc.tuple(fc.constant({ wanted, seen }), shuffled(wanted), shuffled(seen)))
    fc.assert(
      fc.property(both, ([{ wanted, seen }, otherWanted, otherSeen]) => {
        const [one, other] = [planRecordSets(wanted, view(seen)), planRecordSets(otherWanted, view(otherSeen))]
        expect(sorted(other.changes)).toEqual(sorted(one.changes))
        expect(sorted(other.findings)).toEqual(sorted(one.findings))
      }),
    )
  })

  it('changes nothing of a type whose address is not known', () => {
    fc.assert(
      fc.property(wantedOnes, seenOnes, types, (wanted, seen, type) => {
        const known = wanted.filter(({ set }) => set.type !== type)
        const { changes } = planRecordSets(known, view(seen, { isUnknown: (place) => place.type === type }))
        const touched = (changes as readonly RecordChange[]).map((one) =>
          one.kind === 'record.write' ? one.wanted.type : one.before.type,
        )
        expect(touched).not.toContain(type)
      }),
    )
  })

  const set = recordSet({ name: 'a.example.com', type: 'A', values: ['192.0.2.1'], ttl: 60, proxied: false })
  const want = [{ owner: 'sb1', set }]
  const foreign = (type: 'A' | 'AAAA' | 'CNAME', ...values: string[]): SeenRecordSet => ({
    seen: 'foreign',
    name: set.name,
    type,
    values,
  })

  it.each([
    ['nothing is there', [], ['record.write missing → set'], []],
    ['it is there', [{ seen: 'ours', owner: 'sb1', set }], [], []],
    ['a person set it, and right', [foreign('A', '192.0.2.1')], [], []],
    ['a CNAME leads here', [foreign('CNAME', 'box.example.com')], [], []],
    [
      'a person set it otherwise',
      [foreign('A', '192.0.2.9')],
      [],
      ['a record set that is not ours leads to 192.0.2.9'],
    ],
    ['a CNAME leads elsewhere', [foreign('CNAME', 'x.test')], [], ['a CNAME that is not ours leads to x.test']],
    ['the other type leads elsewhere', [foreign('AAAA', '2001:db8::9')], [], ['AAAA leads elsewhere, to 2001:db8::9']],
    [
      'another Sandpiper keeps it',
      [{ seen: 'ours', owner: 'anothers', set }],
      [],
      ['another Sandpiper keeps a record set there'],
    ],
    [
      'a deleted sandbox had it',
      [{ seen: 'ours', owner: 'sb2', set }],
      ['record.write marked for another owner → marked anew'],
      [],
    ],
    [
      'its records are gone, and their mark is not',
      [{ seen: 'ours', owner: 'sb1', set: { ...set, values: [] } }],
      ['record.write gone → set again'],
      [],
    ],
    [
      'it leads elsewhere',
      [{ seen: 'ours', owner: 'sb1', set: { ...set, values: ['192.0.2.7'] } }],
      ['record.write 192.0.2.7 → 192.0.2.1'],
      [],
    ],
    [
      'its time to live differs',
      [{ seen: 'ours', owner: 'sb1', set: { ...set, ttl: 30 } }],
      ['record.write TTL 30 → 60'],
      [],
    ],
    [
      'others added an address beside ours',
      [{ seen: 'ours', owner: 'sb1', set }, foreign('A', '192.0.2.9')],
      [],
      ['a record set that is not ours leads to 192.0.2.9'],
    ],
  ] as const)('where %s', (_, seen, changes, findings) => {
    const plan = planRecordSets(want, view(seen))
    expect(plan.changes.map((one) => `${one.kind} ${'detail' in one ? one.detail : ''}`)).toEqual(changes)
    expect(plan.findings.map(({ detail }) => detail)).toEqual(findings)
  })

  it('writes addresses in one form only', () => {
    const values = ['2001:DB8:0:0::1', '2001:db8::1']
    expect(recordSet({ ...set, name: 'A.Example.COM.', type: 'AAAA', values })).toMatchObject({
      name: 'a.example.com',
      values: ['2001:db8::1'],
    })
  })
})

describe('the record sets that are wanted', () => {
  const base = 'box.example.com'
  const zone: Zone = {
    provider: 'p',
    label: 'P',
    name: 'example.com',
    ttl: { least: 3600, most: 86_400 },
    proxies: true,
  }
  const known = (address: string) => ({ state: 'known' as const, address })
  const addresses = { A: known('192.0.2.1'), AAAA: known('2001:DB8::1') }

  it('are one for all where the mode is wildcard', () => {
    expect(baseNames(base, 'wildcard').map(({ name }) => name)).toEqual([base, `*.${base}`])
    expect(namesOf(aSandbox(), base, 'wildcard')).toEqual([])
    const custom = aSandbox({ host: 'app.example.co.uk', agentHost: 'shelley.app.example.co.uk' })
    expect(namesOf(custom, base, 'wildcard').map(({ name }) => name)).toEqual([custom.host, custom.agentHost])
  })

  it('are each sandbox’s own where the mode says so, until it is deleted', () => {
    expect(baseNames(base, 'per-sandbox').map(({ name }) => name)).toEqual([base])
    const sandbox = aSandbox()
    expect(namesOf(sandbox, base, 'per-sandbox').map(({ name }) => name)).toEqual([sandbox.host, sandbox.agentHost])
    expect(namesOf({ ...sandbox, phase: 'deleting' }, base, 'per-sandbox')).toEqual([])
    expect(namesOf({ ...sandbox, phase: 'lost' }, base, 'per-sandbox')).toHaveLength(2)
  })

  it('are those of added domains too, and none that a person sets', () => {
    const { spec } = aSandbox()
    const domains = [
      { host: 'www.example.org', dns: 'automatic' as const },
      { host: 'www.example.net', dns: 'by-hand' as const },
    ]
    const sandbox = aSandbox({ spec: { ...spec, domains } })
    expect(namesOf(sandbox, base, 'wildcard').map(({ name }) => name)).toEqual(['www.example.org'])
    const byHand = aSandbox({ spec: { ...spec, dns: 'by-hand', domains } })
    expect(namesOf(byHand, base, 'per-sandbox').map(({ name }) => name)).toEqual(['www.example.org'])
  })

  it('are none where a person sets all', () => {
    expect(baseNames(base, 'by-hand')).toEqual([])
    expect(namesOf(aSandbox(), base, 'by-hand')).toEqual([])
  })

  it('that are no longer wanted are still looked at, until they are gone', () => {
    const living = aSandbox({ id: 'sb-1' })
    const recordNames = [
      { name: base, owner: 'base' },
      { name: living.host, owner: 'sb-1' },
      { name: 'old.box.example.com', owner: 'buried' },
    ]
    const left = (mode: 'wildcard' | 'per-sandbox' | 'by-hand', phase: 'ready' | 'deleting' = 'ready') =>
      keptNames({ sandboxes: [{ ...living, phase }], recordNames }, base, mode)
        .filter(({ isWanted }) => !isWanted)
        .map(({ name }) => name)
    expect(left('per-sandbox')).toEqual(['old.box.example.com'])
    expect(left('wildcard')).toEqual([living.host, 'old.box.example.com'])
    expect(left('by-hand')).toEqual(['old.box.example.com'])
    expect(left('by-hand', 'deleting')).toEqual([living.host, 'old.box.example.com'])
  })

  it('keep within the zone’s bounds, and go through a proxy only where that breaks nothing', () => {
    const at = (name: string, owner = 'sb1') =>
      wantedAt({ name, owner }, zone, addresses, { mode: 'per-sandbox', ttl: 60 })
    expect(at('app.example.com').map(({ set }) => set)).toEqual([
      { name: 'app.example.com', type: 'A', values: ['192.0.2.1'], ttl: 3600, proxied: true },
      { name: 'app.example.com', type: 'AAAA', values: ['2001:db8::1'], ttl: 3600, proxied: true },
    ])
    const direct = [
      at('shelley.app.example.com'),
      at('*.example.com'),
      at('example.com'),
      at('box.example.com', 'base'),
    ]
    expect(direct.flat().map(({ set }) => set.proxied)).toEqual(direct.flat().map(() => false))
  })

  it('leave out a type without an address, and touch none whose address is not known', () => {
    const some = {
      A: known('192.0.2.1'),
      AAAA: { state: 'unknown' as const, why: 'nobody answered', isDisputed: false },
    }
    const wanted = wantedAt({ name: base, owner: 'base' }, zone, some, { mode: 'wildcard', ttl: 60 })
    expect(wanted.map(({ set }) => set.type)).toEqual(['A'])
    expect(unknownTypes(some)).toEqual(['AAAA'])
  })
})
