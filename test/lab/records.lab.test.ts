import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import type { Operation } from '../../src/core/operation.js'
import { playOf } from '../scenario/play.js'
import { Bind } from './bind.js'
import { labUp, type Lab } from './lab.js'
import { labStage } from './stage.js'

const A = '203.0.113.7'
const AAAA = '2001:db8::7'

const lab = await labUp()
const { zone, customZone } = lab.dns.bind
const bind = new Bind(lab.dns.bind)

function recordsOf({ dns: { bind: own } }: Lab, mode: string) {
  return {
    domains: {
      dns_mode: mode,
      dns_ttl: 60,
      public_ipv4: A,
      public_ipv6: AAAA,
      resolvers: [own.address],
      public_resolvers: [],
    },
    providers: [
      { name: 'bind', kind: 'rfc2136', server: own.address, key_file: own.keyFile, name_servers: [own.address] },
    ],
  }
}

const base = `t${randomBytes(4).toString('hex')}.${zone}`

describe.each(['wildcard', 'per-sandbox'])('lab: record sets on BIND, %s', (mode) => {
  const the = playOf(() => labStage(() => ({ base, records: recordsOf(lab, mode) })))
  const create = (target: string, name?: string): Promise<Operation> =>
    the().engine.ask((context) => createSandbox(context, { target, ...(name === undefined ? {} : { name }) }))
  const remove = (sandbox: string): Promise<Operation> =>
    the().engine.ask((context) => deleteSandbox(context, { sandbox, confirm: sandbox }))
  const zones = async (): Promise<readonly string[]> => [
    ...(await bind.transfer(zone)).filter((line) => line.includes(base)),
    ...(await bind.transfer(customZone)),
  ]
  let foreign: readonly string[] = []

  beforeAll(async () => {
    await bind.update(zone, `update add mail.${base}. 60 A 192.0.2.25`, `update add ${base}. 60 MX 10 mail.${base}.`)
    await bind.update(customZone, `update add www.${customZone}. 60 A 192.0.2.80`)
    foreign = (await zones()).filter((line) => /192\.0\.2\.|MX/.test(line))
    expect(foreign).toHaveLength(3)
  })
  afterAll(async () => {
    const own = (await bind.transfer(zone))
      .map((line) => line.split(' ')[0] ?? '')
      .filter((name) => name.includes(base))
    await bind.update(zone, ...new Set(own.map((name) => `update delete ${name}`)))
    await bind.update(customZone, `update delete www.${customZone}.`, `update delete app.${customZone}.`)
  })

  it('answers for the base', async () => {
    await the().engine.records.settled()
    expect(await bind.dig(base, 'A')).toEqual([A])
    expect(await bind.dig(base, 'AAAA')).toEqual([AAAA])
    expect(await bind.dig(`anything.${base}`, 'A')).toEqual(mode === 'wildcard' ? [A] : [])
  })

  it('answers for a sandbox, at its own cost or at none', async () => {
    const before = await bind.serial(zone)
    const operation = await create('myapp')
    expect(operation).toMatchObject({ state: 'done', reason: null })
    for (const name of [`myapp.${base}`, `shelley.myapp.${base}`]) {
      expect(await bind.dig(name, 'A')).toEqual([A])
      expect(await bind.dig(name, 'AAAA')).toEqual([AAAA])
    }
    const changed = (await bind.serial(zone)) !== before
    expect(changed).toBe(mode === 'per-sandbox')
    const steps = operation.steps.filter(({ label }) => label.startsWith('DNS'))
    expect(steps.map(({ state }) => state)).toEqual(mode === 'per-sandbox' ? ['done', 'done', 'done', 'done'] : [])
  })

  it('answers for a domain of one’s own under a suffix of two parts', async () => {
    const operation = await create(`app.${customZone}`, 'custom')
    expect(operation).toMatchObject({ state: 'done', reason: null })
    for (const name of [`app.${customZone}`, `shelley.app.${customZone}`]) {
      expect(await bind.dig(name, 'A')).toEqual([A])
      expect(await bind.dig(name, 'AAAA')).toEqual([AAAA])
    }
    expect(the().facts('custom').awaited).toEqual([])
  })

  it('does not touch a record that others set, and leaves nothing of what failed', async () => {
    const before = await zones()
    await expect(create(`www.${customZone}`, 'taken')).resolves.toMatchObject({
      state: 'failed',
      reason: `www.${customZone} A: a record set that is not ours leads to 192.0.2.80`,
    })
    expect(await zones()).toEqual(before)
  })

  it('repairs what others spoilt', async () => {
    const before = await zones()
    await bind.update(zone, `update delete ${base}. A`, `update add ${base}. 60 A 192.0.2.66`)
    const report = await the().engine.records.pass({ apply: true })
    expect(report.lines.map(({ sign, subject }) => `${sign} ${subject}`)).toEqual([`~ ${base} A`])
    expect(await zones()).toEqual(before)
  })

  it('takes all of ours away with the sandboxes, and leaves what is not ours', async () => {
    for (const name of ['myapp', 'custom']) expect((await remove(name)).state).toBe('done')
    const left = await zones()
    expect(left).toEqual(expect.arrayContaining([...foreign]))
    const ours = left.filter((line) => line.includes('sandpiper') || line.includes(A) || line.includes(AAAA))
    const shared = mode === 'wildcard' ? 8 : 4
    expect(ours).toHaveLength(shared)
    expect(ours.filter((line) => line.includes(customZone))).toEqual([])
    expect(the().engine.faults).toEqual([])
  })
})
