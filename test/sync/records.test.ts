import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { addDomain, removeDomain } from '../../src/core/operations/domain.js'
import { restartSandbox } from '../../src/core/operations/power.js'
import { desecTown, ZONE, type DesecTown } from './desec-town.js'

const A = '203.0.113.7'
const AAAA = '2001:db8::7'
const HOST = `myapp.box.${ZONE}`

let the: DesecTown
afterEach(() => the.close())

const opened = async (...given: Parameters<typeof desecTown>): Promise<DesecTown> => {
  the = await desecTown(...given)
  the.town.records.tick()
  // deSEC takes one change a second.
  await the.town.wait(2_000)
  return the
}
const both = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`${name} A ${A}`, `${name} AAAA ${AAAA}`]).sort()
const writes = (): number => the.double.requests.filter((line) => !line.startsWith('GET')).length
const lines = async (apply = false): Promise<readonly string[]> =>
  (await the.town.records.pass({ apply })).lines.map(({ sign, subject, detail }) => `${sign} ${subject} ${detail}`)
const base = `box.${ZONE}`

describe('record sets of a sandbox', () => {
  it('are there when it is created, and gone when it is deleted, with what was there before', async () => {
    const { town, double, addresses } = await opened()
    double.put(ZONE, { subname: 'myapp.box', type: 'MX', ttl: 3600, records: ['10 mail.example.net.'] })
    double.put(ZONE, { subname: 'box', type: 'TXT', ttl: 3600, records: ['"v=spf1 -all"'] })
    const before = double.rrsets(ZONE)
    const create = town.create('myapp')
    await town.wait(2_000)
    expect(town.end(create)).toMatchObject({ state: 'done', reason: null })
    expect(addresses()).toEqual(both(base, HOST, `shelley.${HOST}`))
    const steps = town.end(create).steps.filter(({ label }) => label.startsWith('DNS'))
    expect(steps.map(({ label, state }) => `${label}: ${state}`)).toContain(`DNS: ${HOST} A set: done`)
    expect(steps).toHaveLength(4)
    expect(await lines()).toEqual([])

    const remove = town.remove('myapp')
    await town.wait(2_000)
    expect(town.end(remove).state).toBe('done')
    const byPlace = (rrsets: typeof before) => rrsets.map((one) => `${one.subname} ${one.type}`).sort()
    expect(byPlace(double.rrsets(ZONE))).toEqual(byPlace(before))
    expect(town.store.state().recordNames.map(({ owner }) => owner)).toEqual(['base'])
    expect(town.faults).toEqual([])
  })

  it('of many at once are one write, and none where nothing about names changes', async () => {
    const { town } = await opened()
    const before = writes()
    const creates = ['one', 'two', 'three', 'four'].map((name) => town.create(name))
    await town.wait(2_000)
    expect(creates.map((operation) => town.end(operation).state)).toEqual(creates.map(() => 'done'))
    expect(writes()).toBe(before + 1)
    const asked = the.double.requests.length
    const restart = town.ask((context) => restartSandbox(context, { sandbox: 'one' }))
    await town.wait(2_000)
    expect(town.end(restart).state).toBe('done')
    expect(the.double.requests).toHaveLength(asked)
  })

  it('are its own for a domain outside the wildcard alone, and follow domains that are added and removed', async () => {
    const { town, addresses } = await opened({ mode: 'wildcard' })
    const wildcard = both(base, `*.${base}`)
    expect(addresses()).toEqual(wildcard)
    town.create('plain')
    const create = town.create(`app.${ZONE}`, { name: 'custom' })
    await town.wait(2_000)
    expect(town.end(create).state).toBe('done')
    expect(addresses()).toEqual([...wildcard, ...both(`app.${ZONE}`, `shelley.app.${ZONE}`)].sort())
    const add = town.ask((context) => addDomain(context, { sandbox: 'plain', domain: `www.${ZONE}` }))
    await town.wait(2_000)
    expect(town.end(add).state).toBe('done')
    expect(addresses()).toContain(`www.${ZONE} A ${A}`)
    town.ask((context) => removeDomain(context, { sandbox: 'plain', domain: `www.${ZONE}` }))
    await town.wait(2_000)
    town.remove('custom')
    await town.wait(2_000)
    expect(addresses()).toEqual(wildcard)
  })

  it('are left to a person whose domain is in no zone of ours, or who wants it so', async () => {
    const { town, addresses } = await opened()
    const before = addresses()
    const creates = [town.create('app.elsewhere.test'), town.create(`app.${ZONE}`, { dns: 'by-hand' })]
    await town.wait(2_000)
    expect(creates.map((operation) => town.end(operation).state)).toEqual(['done', 'done'])
    expect(addresses()).toEqual(before)
  })

  it('that somebody set rightly are left as they are', async () => {
    const { town, double } = await opened()
    for (const subname of ['myapp.box', 'shelley.myapp.box']) {
      double.put(ZONE, { subname, type: 'A', ttl: 7200, records: [A] })
      double.put(ZONE, { subname, type: 'AAAA', ttl: 7200, records: [AAAA] })
    }
    const before = writes()
    const create = town.create('myapp')
    await town.wait(2_000)
    expect(town.end(create).state).toBe('done')
    expect(writes()).toBe(before)
    town.remove('myapp')
    await town.wait(2_000)
    expect(writes()).toBe(before)
  })

  it('that are in the way stop a create with a sentence, and stay', async () => {
    const { town, double, addresses } = await opened()
    double.put(ZONE, { subname: 'shelley.myapp.box', type: 'CNAME', ttl: 3600, records: ['pages.example.net.'] })
    const before = double.rrsets(ZONE)
    const create = town.create('myapp')
    await town.wait(2_000)
    expect(town.end(create)).toMatchObject({
      state: 'failed',
      reason: `shelley.${HOST} A: a CNAME that is not ours leads to pages.example.net`,
    })
    expect(double.rrsets(ZONE)).toEqual(before)
    expect(town.store.state()).toMatchObject({ sandboxes: [], operations: [] })
    expect(addresses()).toEqual(both(base))
  })
})

describe('when deSEC', () => {
  it('does not answer, a create waits and goes on', async () => {
    const { town, double, addresses } = await opened()
    double.breakOn(/^POST /, 'broken')
    const create = town.create('myapp')
    await town.settle()
    expect(town.end(create)).toMatchObject({ state: 'running', waitingFor: 'deSEC does not answer; trying again' })
    await town.wait(5_000)
    expect(town.end(create)).toMatchObject({ state: 'done', waitingFor: null })
    expect(addresses()).toEqual(both(base, HOST, `shelley.${HOST}`))
  })

  it('refuses our token, a create fails with a sentence and leaves nothing', async () => {
    const { town, double } = await opened()
    double.locked = new Set([ZONE])
    const create = town.create('myapp')
    await town.wait(2_000)
    expect(town.end(create)).toMatchObject({ state: 'failed', reason: `deSEC does not let our token change ${ZONE}` })
    expect(town.store.state()).toMatchObject({ sandboxes: [] })
  })

  it('is busy with others, a create says for how long it waits, and can be cancelled', async () => {
    const { town, double, clock } = await opened()
    const { token, url } = double
    for (let index = 0; index < 13; index += 1) {
      clock.advance(1000)
      const headers = { authorization: `Token ${token}` }
      await fetch(`${url}/domains/${ZONE}/rrsets/`, { method: 'PATCH', headers, body: '[]' })
    }
    const create = town.create('myapp')
    await town.settle()
    const { waitingFor, waitingUntil } = town.end(create)
    expect(waitingFor).toBe('deSEC accepts the next change')
    expect(waitingUntil?.getTime()).toBeGreaterThan(clock.now().getTime())
    const other = town.create('other')
    town.cancel('myapp')
    await town.wait(2_000)
    expect(town.end(create).state).toBe('cancelled')
    await town.wait(60_000)
    expect(town.end(other).state).toBe('done')
    expect(double.throttled).toBe(1)
  })

  it('answers late at its name servers, a create waits for them, and says so at the end', async () => {
    const { town } = await opened()
    the.late = true
    const create = town.create('myapp')
    await expect.poll(() => town.waits).toContain(`0 of 1 name servers of ${ZONE} have the new addresses`)
    expect(town.end(create).state).toBe('running')
    await town.wait(2_000)
    expect(town.end(create)).toMatchObject({
      state: 'done',
      reason: `0 of 1 name servers of ${ZONE} have the new addresses; the others are late.`,
    })
    the.late = false
    const other = town.create('other')
    await town.wait(2_000)
    expect(town.end(other)).toMatchObject({ state: 'done', reason: null })
  })
})

describe('the schedule of record sets', () => {
  it('repairs what is ours, says what it did, and changes nothing else', async () => {
    const { town, double, addresses } = await opened()
    town.create('myapp')
    await town.wait(2_000)
    double.put(ZONE, { subname: 'myapp.box', type: 'A', ttl: 3600, records: ['192.0.2.66'] })
    double.put(ZONE, { subname: 'theirs', type: 'A', ttl: 3600, records: ['192.0.2.9'] })
    double.put(ZONE, {
      subname: '_sandpiper.old',
      type: 'TXT',
      ttl: 3600,
      records: ['"sandpiper at=@ type=A owner=x"'],
    })
    expect(await lines()).toEqual([`~ ${HOST} A 192.0.2.66 → ${A}`])
    town.records.tick()
    await town.wait(2_000)
    expect(addresses()).toEqual([...both(base, HOST, `shelley.${HOST}`), `theirs.${ZONE} A 192.0.2.9`].sort())
    expect(town.drifts.at(-1)).toMatchObject({ applied: true, lines: [{ part: 'record set', sign: '~' }] })
    expect(await lines()).toEqual([])
  })

  it('only reports while sync is paused; what people ask for is done all the same', async () => {
    const { town, double, addresses } = await opened()
    town.create('myapp')
    await town.wait(2_000)
    town.loop.pause(true)
    double.put(ZONE, { subname: 'myapp.box', type: 'A', ttl: 3600, records: ['192.0.2.66'] })
    town.records.tick()
    await town.wait(2_000)
    expect(town.drifts.at(-1)).toMatchObject({ applied: false, held: 'sync is paused', lines: [{ sign: '~' }] })
    expect(addresses()).toContain(`${HOST} A 192.0.2.66`)
    const other = town.create('other')
    await town.wait(2_000)
    expect(town.end(other).state).toBe('done')
    expect(addresses()).toContain(`other.box.${ZONE} A ${A}`)
    town.loop.pause(false)
    town.records.tick()
    await town.wait(2_000)
    expect(addresses()).toContain(`${HOST} A ${A}`)
  })

  it('says what is in the way of a sandbox that is there already', async () => {
    const { town, double } = await opened()
    town.create('myapp')
    await town.wait(2_000)
    double.put(ZONE, { subname: '_sandpiper.myapp.box', type: 'TXT', ttl: 3600, records: ['"another owner"'] })
    double.put(ZONE, { subname: 'myapp.box', type: 'A', ttl: 3600, records: ['192.0.2.66'] })
    const found = await lines(true)
    expect(found).toContain(`! ${HOST} A a record set that is not ours leads to 192.0.2.66`)
    expect(double.rrsets(ZONE).find(({ subname, type }) => subname === 'myapp.box' && type === 'A')?.records).toEqual([
      '192.0.2.66',
    ])
  })

  it('tells which rights are missing, until they are there', async () => {
    the = await desecTown({ mode: 'wildcard' })
    the.double.locked = new Set([ZONE])
    expect((await lines(true)).join()).toContain(`deSEC does not let our token change ${ZONE}`)
    the.double.locked = new Set()
    await the.town.wait(60_000)
    expect((await lines(true)).join()).not.toContain('token')
    expect(the.addresses()).toEqual(both(base, `*.${base}`))
  })

  it('tells that the world is sent to other name servers', async () => {
    const soa = { name: ZONE, type: 'SOA' as const, data: 'ns1.elsewhere.test' }
    const ns = { name: ZONE, type: 'NS' as const, data: 'ns1.elsewhere.test' }
    const world = (name: string, type: string) => ({
      rcode: 0,
      authoritative: false,
      answer: name === ZONE && type === 'NS' ? [ns] : [],
      authority: [soa],
    })
    await opened({ world })
    expect(await lines(true)).toEqual([
      `! ${ZONE} the world is sent to ns1.elsewhere.test, and deSEC answers at ns1.desec.io, ns2.desec.org`,
    ])
  })

  it('tells a person what to set by hand, and sees when it is there', async () => {
    let isSet = false
    const world = (name: string, type: string) => ({
      rcode: 0,
      authoritative: false,
      answer:
        isSet && (type === 'A' || type === 'AAAA') ? [{ name, type, data: type === 'A' ? A : AAAA } as const] : [],
      authority: [],
    })
    const { town } = await opened({ isKept: false, mode: 'wildcard', world })
    expect(await lines()).toEqual(
      [base, `*.${base}`].flatMap((name) => [
        `! ${name} A set it by hand to ${A}; it is nothing now`,
        `! ${name} AAAA set it by hand to ${AAAA}; it is nothing now`,
      ]),
    )
    const create = town.create('myapp')
    await town.wait(2_000)
    expect(town.end(create).state).toBe('done')
    isSet = true
    expect(await lines()).toEqual([])
  })
})

describe('our own addresses', () => {
  const pages: Server[] = []
  afterEach(() => {
    for (const page of pages.splice(0)) page.close()
  })
  async function page(address: string): Promise<string> {
    const server = createServer((_, response) => response.end(`${address}\n`)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    pages.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('are found out where all sources agree; a family that nobody sees changes nothing', async () => {
    const sources = [await page('203.0.113.9'), await page('203.0.113.9')]
    const { addresses } = await opened({ A: 'auto', AAAA: 'auto', sources, mode: 'wildcard' })
    expect(addresses()).toEqual([`*.${base} A 203.0.113.9`, `${base} A 203.0.113.9`])
    expect(await lines()).toEqual([])
  })

  it('change nothing where the sources disagree, and people are told', async () => {
    const sources = [await page('203.0.113.9'), await page('203.0.113.10')]
    const { addresses, town } = await opened({ A: 'auto', AAAA: 'none', sources, mode: 'wildcard' })
    expect(addresses()).toEqual([])
    expect((await lines()).join()).toMatch(/the sources disagree on our IPv4 address: 203\.0\.113\.9 .*203\.0\.113\.10/)
    const create = town.create(`app.${ZONE}`)
    await town.wait(2_000)
    expect(town.end(create).waitingFor).toMatch(/disagree/)
  })
})
