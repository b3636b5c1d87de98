import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordSet, type RecordChange } from '../../../src/core/parts/record-set.js'
import { wantedAt } from '../../../src/core/parts/wanted-records.js'
import type { HeldZone } from '../../../src/infra/dns/provider.js'
import { never } from '../../contract/dns.js'
import type { DesecDouble } from '../../peers/dns/desec-double.js'
import { desecWorld, ZONE, type ApiWorld } from './api-worlds.js'

let world: ApiWorld<DesecDouble>
beforeEach(async () => {
  world = await desecWorld()
})
afterEach(() => world.close())

const zoneOf = async (name: string): Promise<HeldZone> => {
  const zone = await world.provider.zoneOf(name, never)
  if (zone === null) throw new Error(`${name} is in no zone`)
  return zone
}
const write = (label: string, before: string | null = null): RecordChange => {
  const set = { name: `${label}.${ZONE}`, type: 'A' as const, ttl: 3600, proxied: false }
  const former = before === null ? null : recordSet({ ...set, values: [before] })
  return {
    kind: 'record.write',
    owner: 'sb-1',
    wanted: recordSet({ ...set, values: ['192.0.2.1'] }),
    before: former,
    detail: '',
  }
}
const writes = (): readonly string[] => world.double.requests.filter((line) => !line.startsWith('GET'))

describe('deSEC', () => {
  it('reads more than 500 record sets, page by page', async () => {
    for (let index = 0; index < 1300; index += 1) {
      world.double.put(ZONE, { subname: `n${index}`, type: 'TXT', ttl: 3600, records: ['"x"'] })
    }
    world.double.put(ZONE, { subname: 'last', type: 'A', ttl: 3600, records: ['192.0.2.9'] })
    const { seen } = await world.provider.look(await zoneOf(ZONE), [`last.${ZONE}`], never)
    expect(seen).toEqual([{ seen: 'foreign', name: `last.${ZONE}`, type: 'A', values: ['192.0.2.9'] }])
  })

  it('keeps to the least time to live of the domain', async () => {
    world.double.addDomain('slow.test', 7200)
    const zone = await zoneOf('app.slow.test')
    const known = { A: { state: 'known', address: '192.0.2.1' }, AAAA: { state: 'none' } } as const
    const [want] = wantedAt({ name: 'app.slow.test', owner: 'sb-1' }, zone, known, { mode: 'per-sandbox', ttl: 60 })
    if (want === undefined) throw new Error('nothing is wanted')
    const view = await world.provider.look(zone, ['app.slow.test'], never)
    await view.change([{ kind: 'record.write', owner: 'sb-1', wanted: want.set, before: null, detail: '' }], never)
    const { seen } = await world.provider.look(zone, ['app.slow.test'], never)
    expect(seen).toEqual([{ seen: 'ours', owner: 'sb-1', set: want.set }])
  })

  it('collides where all is new, and leaves what else stands at its mark', async () => {
    await (await world.provider.look(await zoneOf(ZONE), [`a.${ZONE}`], never)).change([write('a')], never)
    expect(writes()).toEqual([`POST /domains/${ZONE}/rrsets/`])
    world.double.put(ZONE, { subname: '_sandpiper.b', type: 'TXT', ttl: 3600, records: ['"a note"'] })
    await (await world.provider.look(await zoneOf(ZONE), [`b.${ZONE}`], never)).change([write('b')], never)
    expect(writes().at(-1)).toBe(`PATCH /domains/${ZONE}/rrsets/`)
    const marks = world.double.rrsets(ZONE).find(({ subname }) => subname === '_sandpiper.b')?.records ?? []
    expect(marks.toSorted()).toEqual(['"a note"', '"sandpiper at=@ type=A owner=sb-1"'])
  })

  it('says what is missing where the token may not write, or has no such domain', async () => {
    world.double.locked = new Set([ZONE])
    const before = world.double.rrsets(ZONE)
    expect(await world.provider.check(ZONE, never)).toEqual([
      `deSEC does not let our token change ${ZONE}. Its policies must allow writing A, AAAA and TXT record sets of the domain.`,
    ])
    expect((await world.provider.check('elsewhere.test', never))[0]).toContain('has no domain for elsewhere.test')
    expect(world.double.rrsets(ZONE)).toEqual(before)
  })

  it('waits as long as Retry-After says, and asks nothing meanwhile', async () => {
    const zone = await zoneOf(ZONE)
    const view = await world.provider.look(zone, [`a.${ZONE}`], never)
    // Somebody else writes to the same domain.
    world.clock.step = 0
    const authorization = `Token ${world.double.token}`
    for (let index = 0; index < 2; index += 1) {
      await fetch(`${world.double.url}/domains/${ZONE}/rrsets/`, {
        method: 'PATCH',
        headers: { authorization },
        body: '[]',
      })
    }
    const error: unknown = await view.change([write('a')], never).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ retry: 'later', afterMs: 1000, sentence: 'deSEC accepts the next change' })
    const asked = world.double.requests.length
    await expect(view.change([write('a')], never)).rejects.toMatchObject({ name: 'InfraError' })
    expect(world.double.requests).toHaveLength(asked)
    expect(world.provider.writableIn(zone)).toBe(1000)
    world.clock.advance(1000)
    await view.change([write('a')], never)
    expect(world.double.rrsets(ZONE).map(({ subname }) => subname)).toContain('a')
  })
})
