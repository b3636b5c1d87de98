import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planRecordSets, recordSet, type RecordChange, type RecordSet } from '../../src/core/parts/record-set.js'
import type { DnsProvider, HeldZone, ZoneView } from '../../src/infra/dns/provider.js'

/** A DNS server or service, in which a test has a part of a zone for itself. */
export interface DnsWorld {
  readonly provider: DnsProvider
  /** A zone that it keeps, and a name in it below which nothing is. */
  readonly zone: string
  readonly base: string
  /** Somebody else's hand: a record set past our code. */
  put(name: string, type: string, values: readonly string[]): Promise<void>
  /** Everything at and below `base` as it really is: `name type value`, sorted. */
  records(): Promise<readonly string[]>
  close(): Promise<void>
}

export const never = new AbortController().signal
const OWNER = 'sb-1'

/** What Sandpiper relies on, of any provider. */
export function dnsContract(name: string, open: () => Promise<DnsWorld>): void {
  let world: DnsWorld
  let zone: HeldZone

  const at = (label: string): string => (label === '@' ? world.base : `${label}.${world.base}`)
  const set = (label: string, type: RecordSet['type'], value: string, ttl = zone.ttl.least): RecordSet =>
    recordSet({ name: at(label), type, values: [value], ttl: Math.max(ttl, zone.ttl.least), proxied: false })
  const look = (...labels: readonly string[]): Promise<ZoneView> => world.provider.look(zone, labels.map(at), never)
  /** Looks, plans and applies, as the loop does; what it changed. */
  async function keep(wanted: readonly RecordSet[], ...labels: readonly string[]): Promise<readonly RecordChange[]> {
    const view = await look(...labels)
    const { changes } = planRecordSets(
      wanted.map((one) => ({ owner: OWNER, set: one })),
      { seen: view.seen, isKnown: (owner) => owner.startsWith('sb-'), isUnknown: () => false, leadsHere: () => false },
    )
    if (changes.length > 0) await view.change(changes as readonly RecordChange[], never)
    return changes as readonly RecordChange[]
  }
  const addresses = async (): Promise<readonly string[]> =>
    (await world.records()).filter((line) => / (A|AAAA|CNAME) /.test(line))

  beforeEach(async () => {
    world = await open()
    const found = await world.provider.zoneOf(world.base, never)
    if (found === null) throw new Error(`${world.base} is in no zone`)
    zone = found
  })
  afterEach(() => world.close())

  describe(`${name}: finding zones`, () => {
    it('finds the zone of a name, however deep', async () => {
      expect(zone).toMatchObject({ name: world.zone, provider: world.provider.name })
      expect(zone.nameServers.length).toBeGreaterThan(0)
      expect((await world.provider.zoneOf(at('a.b.c.d'), never))?.name).toBe(world.zone)
      expect((await world.provider.zoneOf(`*.${world.base}`, never))?.name).toBe(world.zone)
      expect((await world.provider.zoneOf(world.zone, never))?.name).toBe(world.zone)
    })

    it('keeps none above it, beside it, or ending in the same letters', async () => {
      const above = world.zone.slice(world.zone.indexOf('.') + 1)
      for (const other of [above, `other.${above}`, `not${world.zone}`, `a.not${world.zone}`]) {
        expect(await world.provider.zoneOf(other, never), other).toBeNull()
      }
    })

    it('keeps none below a delegation to others', async () => {
      await world.put(at('away'), 'NS', ['ns.elsewhere.test.'])
      expect(await world.provider.zoneOf(at('away'), never)).toBeNull()
      expect(await world.provider.zoneOf(at('app.away'), never)).toBeNull()
      expect((await world.provider.zoneOf(at('far-away'), never))?.name).toBe(world.zone)
    })
  })

  describe(`${name}: keeping record sets`, () => {
    it('sets all of them, marks them, and has nothing left to change', async () => {
      const wanted = [
        set('@', 'A', '192.0.2.1'),
        set('@', 'AAAA', '2001:db8::1'),
        set('*', 'A', '192.0.2.1'),
        set('*', 'AAAA', '2001:DB8:0::1'),
        set('shelley.myapp', 'A', '192.0.2.2'),
      ]
      const labels = ['@', '*', 'shelley.myapp']
      expect((await look(...labels)).seen).toEqual([])
      expect(await keep(wanted, ...labels)).toHaveLength(5)
      expect(await addresses()).toEqual(
        [
          `${at('@')} A 192.0.2.1`,
          `${at('@')} AAAA 2001:db8::1`,
          `${at('*')} A 192.0.2.1`,
          `${at('*')} AAAA 2001:db8::1`,
          `${at('shelley.myapp')} A 192.0.2.2`,
        ].sort(),
      )
      const { seen } = await look(...labels)
      expect(seen).toHaveLength(5)
      for (const one of wanted) expect(seen).toContainEqual({ seen: 'ours', owner: OWNER, set: one })
      expect(await keep(wanted, ...labels)).toEqual([])
    })

    it('marks nothing at or below a name that a wildcard covers', async () => {
      await keep([set('@', 'A', '192.0.2.1'), set('*', 'A', '192.0.2.1')], '@', '*')
      const names = (await world.records()).map((line) => line.split(' ')[0] ?? '')
      expect(names.filter((one) => one !== at('@') && one !== at('*') && !one.startsWith('_sandpiper.'))).toEqual([])
      expect((await look('myapp')).seen.filter(({ seen }) => seen === 'ours')).toEqual([])
    })

    it('changes addresses and times to live in place', async () => {
      await keep([set('app', 'A', '192.0.2.1')], 'app')
      const moved = set('app', 'A', '192.0.2.7', zone.ttl.least * 2)
      expect(await keep([moved], 'app')).toMatchObject([{ kind: 'record.write', before: { values: ['192.0.2.1'] } }])
      expect(await addresses()).toEqual([`${at('app')} A 192.0.2.7`])
      expect((await look('app')).seen).toEqual([{ seen: 'ours', owner: OWNER, set: moved }])
    })

    it('hands a mark over, and takes up a mark whose records are gone', async () => {
      await keep([set('app', 'A', '192.0.2.1')], 'app')
      const view = await look('app')
      const wanted = set('app', 'A', '192.0.2.1')
      await view.change([{ kind: 'record.write', owner: 'sb-2', wanted, before: wanted, detail: '' }], never)
      expect((await look('app')).seen).toEqual([{ seen: 'ours', owner: 'sb-2', set: wanted }])
      await keep([], 'app')
      expect(await world.records()).toEqual([])
    })

    it('removes all of what is ours and nothing else', async () => {
      await world.put(at('app'), 'MX', ['10 mail.elsewhere.test.'])
      await world.put(at('_sandpiper.app'), 'TXT', ['"somebody’s note"'.replace('’', '-')])
      await world.put(at('other'), 'A', ['192.0.2.9'])
      const before = await world.records()
      await keep([set('app', 'A', '192.0.2.1'), set('app', 'AAAA', '2001:db8::1')], 'app', 'other')
      expect(await world.records()).not.toEqual(before)
      const gone = await keep([], 'app', 'other')
      expect(gone.map(({ kind }) => kind)).toEqual(['record.remove', 'record.remove'])
      expect(await world.records()).toEqual(before)
      expect(await keep([], 'app', 'other')).toEqual([])
    })

    it('sees what others set, and whose wildcard it is', async () => {
      await world.put(at('one'), 'A', ['192.0.2.8', '192.0.2.9'])
      await world.put(at('two'), 'CNAME', ['elsewhere.test.'])
      await world.put(at('*.three'), 'A', ['192.0.2.3'])
      const { seen } = await look('one', 'two', 'app.three', 'nothing')
      expect(seen).toEqual([
        { seen: 'foreign', name: at('one'), type: 'A', values: ['192.0.2.8', '192.0.2.9'] },
        { seen: 'foreign', name: at('two'), type: 'CNAME', values: ['elsewhere.test'] },
      ])
      expect(await keep([set('app.three', 'A', '192.0.2.1')], 'app.three')).toHaveLength(1)
      expect(await addresses()).toContain(`${at('app.three')} A 192.0.2.1`)
    })

    it('changes all or nothing, and collides with what came since it looked', async () => {
      const view = await look('one', 'two')
      await world.put(at('two'), 'CNAME', ['elsewhere.test.'])
      const before = await world.records()
      const writes = ['one', 'two'].map((label): RecordChange => {
        return { kind: 'record.write', owner: OWNER, wanted: set(label, 'A', '192.0.2.1'), before: null, detail: '' }
      })
      await expect(view.change(writes, never)).rejects.toMatchObject({ name: 'InfraError', system: 'dns' })
      expect(await world.records()).toEqual(before)
    })

    it('has the rights that it needs', async () => {
      const before = await world.records()
      expect(await world.provider.check(world.base, never)).toEqual([])
      expect(await world.records()).toEqual(before)
    })
  })
}
