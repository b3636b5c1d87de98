import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { TestService } from './service.js'

const service = new TestService()
beforeAll(async () => {
  await service.start()
  await service.serve()
  await service.ready()
})
afterAll(() => service.close())

/** What Ada's browser posts for one line; after a lost answer it posts the same again. */
async function types(text: string, key: string): Promise<void> {
  const { origin, searchParams } = service.pageLink
  const cookie = `sandpiper=${searchParams.get('token') ?? ''}`
  const headers = { cookie, origin, 'content-type': 'application/json' }
  const body = JSON.stringify({ text, key, identity: 'ada' })
  const answer = await request(`${origin}/input`, { method: 'POST', headers, body })
  expect([answer.statusCode, await answer.body.json()]).toEqual([200, { accepted: true }])
}

function column(sql: string): readonly unknown[] {
  const db = new Sqlite(join(service.stateFolder, 'state.db'), { readonly: true })
  const rows = db.prepare<[]>(sql).pluck().all()
  db.close()
  return rows
}

const verbs = (): readonly unknown[] => column('SELECT verb FROM operation ORDER BY rowid')
/** Who sees what was said in the channel. */
const said = (): readonly unknown[] => column("SELECT viewer FROM console_message WHERE place = 'channel' ORDER BY seq")
/** Everything is done, and everything is said. */
async function settled(): Promise<void> {
  const due = (): readonly unknown[] => column('SELECT slot FROM outbox WHERE delivered_version < version')
  const open = async (): Promise<readonly unknown[]> => [...(await service.traces()).live, ...due()]
  await expect.poll(open, { timeout: 10_000 }).toEqual([])
}

describe('the same request three times', () => {
  it('is one sandbox, and is told once', async () => {
    await Promise.all([1, 2, 3].map(() => types('create once', 'the-first-key')))
    await settled()
    expect(await service.traces()).toEqual({
      instances: ['once'],
      routes: ['once.localhost', 'shelley.once.localhost'],
      pipes: [],
      rows: ['once'],
      live: [],
    })
    expect([verbs(), said()]).toEqual([['create'], ['ada', null]])
  })

  it('is one restart, however late it comes again, a new start of Sandpiper between', async () => {
    const restarts = (): readonly unknown[] => verbs().filter((verb) => verb === 'restart')
    await types('restart once', 'the-second-key')
    await settled()
    await types('restart once', 'the-second-key')
    await service.stop()
    await service.serve()
    await types('restart once', 'the-second-key')
    await service.done('show once')
    expect([restarts(), said()]).toEqual([['restart'], ['ada', null, 'ada', null]])
    await types('restart once', 'another-key')
    await settled()
    expect(restarts()).toEqual(['restart', 'restart'])
  })
})

describe('the same name from two people at once', () => {
  it('is one sandbox, and a sentence for the other', async () => {
    const both = await Promise.all([service.say('create both', 'ada'), service.say('create both', 'grace')])
    expect(both.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1])
    const refused = both.find(({ code }) => code === 1)
    expect(refused?.text).toMatch(/`both` is taken \((Ada|Grace)\)/)
    const { instances, rows, routes } = await service.traces()
    expect([instances.filter((name) => name === 'both'), rows]).toEqual([['both'], ['both', 'once']])
    expect(routes.filter((host) => host.includes('both'))).toEqual(['both.localhost', 'shelley.both.localhost'])
  })

  it('so is one that another sandbox would answer at', async () => {
    const both = await Promise.all([
      service.say('create one.example.org', 'ada'),
      service.say('create shelley.one.example.org', 'grace'),
    ])
    expect(both.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1])
    expect(both.find(({ code }) => code === 1)?.text).toMatch(/leads to `(shelley-)?one-example-org` \((Ada|Grace)\)/)
  })
})
