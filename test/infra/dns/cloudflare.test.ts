import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordSet, type RecordChange } from '../../../src/core/parts/record-set.js'
import type { HeldZone } from '../../../src/infra/dns/provider.js'
import { never } from '../../contract/dns.js'
import type { CloudflareDouble } from '../../peers/dns/cloudflare-double.js'
import { cloudflareWorld, ZONE, type ApiWorld } from './api-worlds.js'

let world: ApiWorld<CloudflareDouble>
beforeEach(async () => {
  world = await cloudflareWorld(true)
})
afterEach(() => world.close())

const zoneOf = async (name: string): Promise<HeldZone> => {
  const zone = await world.provider.zoneOf(name, never)
  if (zone === null) throw new Error(`${name} is in no zone`)
  return zone
}
const write = (name: string, value: string, proxied = false): RecordChange => {
  const wanted = recordSet({ name, type: 'A', values: [value], ttl: 300, proxied })
  return { kind: 'record.write', owner: 'sb-1', wanted, before: null, detail: '' }
}
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `n${index}.${ZONE}`)

describe('Cloudflare', () => {
  it('finds a zone on the third page, and a record on the third page of its zone', async () => {
    for (let index = 0; index < 120; index += 1) world.double.addZone(`zone-${index}.test`)
    expect((await zoneOf('app.zone-119.test')).name).toBe('zone-119.test')
    for (const name of many(2500)) world.double.put(ZONE, name, 'TXT', 'something')
    world.double.put(ZONE, `zz.${ZONE}`, 'A', '192.0.2.9')
    const { seen } = await world.provider.look(await zoneOf(ZONE), [`zz.${ZONE}`], never)
    expect(seen).toEqual([{ seen: 'foreign', name: `zz.${ZONE}`, type: 'A', values: ['192.0.2.9'] }])
  })

  it('changes more than one batch takes, in as few as it can', async () => {
    const view = await world.provider.look(await zoneOf(ZONE), many(150), never)
    await view.change(
      many(150).map((name) => write(name, '192.0.2.1')),
      never,
    )
    expect(world.double.records(ZONE)).toHaveLength(150)
    expect(world.double.requests.filter((line) => line.startsWith('POST'))).toHaveLength(2)
  })

  it('keeps a record in place when its address changes, and takes a proxied one’s time to live as it is', async () => {
    const name = `app.${ZONE}`
    const zone = await zoneOf(name)
    await (await world.provider.look(zone, [name], never)).change([write(name, '192.0.2.1', true)], never)
    const [former] = world.double.records(ZONE)
    expect(former).toMatchObject({ proxied: true, ttl: 1, comment: 'sandpiper owner=sb-1' })
    await (await world.provider.look(zone, [name], never)).change([write(name, '192.0.2.2', true)], never)
    expect(world.double.records(ZONE)).toEqual([{ ...former, content: '192.0.2.2' }])
  })

  it('tells ours from what others put beside it under the same name', async () => {
    const name = `app.${ZONE}`
    const zone = await zoneOf(name)
    await (await world.provider.look(zone, [name], never)).change([write(name, '192.0.2.1')], never)
    world.double.put(ZONE, name, 'A', '192.0.2.9')
    const view = await world.provider.look(zone, [name], never)
    expect(view.seen.map(({ seen }) => seen)).toEqual(['ours', 'foreign'])
    const before = recordSet({ name, type: 'A', values: ['192.0.2.1'], ttl: 300, proxied: false })
    await view.change([{ kind: 'record.remove', owner: 'sb-1', before, detail: '' }], never)
    expect(world.double.records(ZONE).map(({ content }) => content)).toEqual(['192.0.2.9'])
  })

  it.each([
    ['sees no zone', { zoneRead: false, dns: 'edit' }, 'sees no zone for'],
    ['may not read records', { zoneRead: true, dns: 'none' }, 'does not let our token read the records of'],
    ['may only read', { zoneRead: true, dns: 'read' }, 'may read example.co.uk and not change it'],
  ] as const)('says what is missing where the token %s', async (_, scopes, words) => {
    world.double.scopes = scopes
    const missing = await world.provider.check(ZONE, never)
    expect(missing).toHaveLength(1)
    expect(missing[0]).toContain(words)
    expect(missing[0]).toContain('Zone → DNS → Edit')
  })

  it('waits five minutes where it was told to, and asks nothing meanwhile', async () => {
    const zone = await zoneOf(ZONE)
    world.clock.step = 0
    // Somebody else uses the same account.
    for (let asked = 0; asked < 1200; asked += 1) await fetch(world.double.url).catch(() => undefined)
    const error: unknown = await world.provider.look(zone, [ZONE], never).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ retry: 'later', afterMs: 300_000, sentence: 'Cloudflare accepts the next change' })
    const asked = world.double.requests.length
    await expect(world.provider.look(zone, [ZONE], never)).rejects.toMatchObject({ afterMs: 300_000 })
    expect(world.double.requests).toHaveLength(asked)
    expect(world.provider.writableIn(zone)).toBe(300_000)
    world.clock.advance(300_000)
    expect(world.provider.writableIn(zone)).toBe(0)
    expect((await world.provider.look(zone, [ZONE], never)).seen).toEqual([])
  })
})
