import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Edit } from '../../src/core/edits.js'
import type { Settings } from '../../src/core/state.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { useOf, type Amounts } from '../../src/core/quota.js'
import { aSandbox } from '../core/sandbox-fixture.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const ROUNDS = 1000
const people = ['ada', 'grace', 'linus'].map((user) => identity(`console:${user}`))
const member = { sandboxes: 3, running: 1 }
const total = { sandboxes: 6, running: 2 }
const quotas = { roles: { member, admin: {} }, total, groups: [], headroom: { memory: 0, disk: 0 } }
const settings: Settings = settingsWith({ members: people }, { quotas })

interface Call {
  readonly user: string
  readonly command: string
  readonly args: Readonly<Record<string, string>>
}

/** One of the two bots. */
class Racer {
  private constructor(private readonly child: ChildProcess) {}

  static async start(file: string, name: string): Promise<Racer> {
    const script = join(import.meta.dirname, 'race-worker.mjs')
    const child = fork(script, [file, name, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await once(child, 'message')
    return new Racer(child)
  }

  /** How it ended: `op:…`, `done` or `refused`. */
  async run(round: number, call: Call): Promise<string> {
    const answer = once(this.child, 'message')
    this.child.send({ round, ...call })
    const [message] = (await answer) as [{ outcome?: string; trouble?: string }]
    if (message.outcome === undefined) throw new Error(message.trouble)
    return message.outcome
  }

  stop(): void {
    this.child.kill()
  }
}

describe(`two requests at once at the edge of a quota, ${ROUNDS} times, by two bots on one database`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-'))
  const file = join(folder, 'state.db')
  const db = openDatabase(file)
  db.pragma('synchronous = OFF')
  const store = new SqliteStore(db)
  let racers: readonly [Racer, Racer]
  const counts = { passed: 0, refused: 0 }

  beforeAll(async () => {
    racers = await Promise.all([Racer.start(file, 'a'), Racer.start(file, 'b')])
    store.commit([
      ...people.map((one): Edit => ({
        edit: 'person.add',
        person: { id: one.user, name: one.user, identities: [one], isMuted: false },
      })),
      ...['ada1', 'ada2', 'grace1', 'grace2', 'linus1'].map(there),
    ])
  })
  afterAll(() => {
    for (const racer of racers) racer.stop()
    db.close()
    rmSync(folder, { recursive: true })
  })

  it('is never over, be it the limit of one or of all; one of two is always let in', { timeout: 240_000 }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = callsOf(round)
      const outcomes = await Promise.all(racers.map((racer, at) => racer.run(round, calls[at] ?? calls[0])))
      const refused = outcomes.filter((one) => one === 'refused').length
      counts.refused += refused
      counts.passed += 2 - refused
      const { sandboxes } = store.state()
      for (const owner of people.map((one) => one.user)) {
        expect([round, isWithin(useOf(sandboxes.filter((one) => one.owner === owner)), member)]).toEqual([round, true])
      }
      expect([round, isWithin(useOf(sandboxes), total)]).toEqual([round, true])
      expect([round, refused]).toEqual([round, 1])
      reset()
    }
    expect(counts).toEqual({ passed: ROUNDS, refused: ROUNDS })
  })

  /** By turns what one person may run, what all may run, what one person may have, what all may have. */
  function callsOf(round: number): readonly [Call, Call] {
    const start = (user: string, name: string): Call => ({ user, command: 'start', args: { sandbox: name } })
    const create = (user: string, at: number): Call => ({
      user,
      command: 'create',
      args: { target: `n${round}-${at}` },
    })
    switch (round % 4) {
      case 0:
        return [start('ada', 'ada1'), start('ada', 'ada2')]
      case 1:
        return [start('ada', 'ada1'), start('grace', 'grace1')]
      case 2:
        return [create('ada', 0), create('ada', 1)]
      default:
        return [create('ada', 0), create('grace', 1)]
    }
  }

  /** As before the round. */
  function reset(): void {
    const { sandboxes, operations } = store.state()
    const ended = { state: 'done' as const, endedAt: new Date() }
    store.commit([
      ...operations.map(({ id }): Edit => ({ edit: 'operation.note', id, change: ended })),
      ...sandboxes.map(({ id, name }): Edit =>
        name.startsWith('n') ? { edit: 'sandbox.bury', id } : { edit: 'sandbox.want', id, ask: null },
      ),
    ])
  }
})

/** Theirs by its name; Linus' runs, the others are stopped. */
function there(name: string, at: number): Edit {
  const power = name.startsWith('linus') ? 'running' : 'stopped'
  const owner = name.replace(/\d$/, '')
  return {
    edit: 'sandbox.add',
    sandbox: aSandbox({ id: name, name, owner, power, ipv4: `10.88.1.${at + 1}`, instance: name }),
  }
}

function isWithin(used: Amounts, limits: { readonly sandboxes: number; readonly running: number }): boolean {
  return used.sandboxes <= limits.sandboxes && used.running <= limits.running
}

describe('a bot that has seen the state before the other one changed it', () => {
  it('is refused in the transaction itself, whatever takes it over the edge', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandpiper-'))
    const file = join(folder, 'state.db')
    const [one, two] = [1, 2].map(
      (at) =>
        new PeopleWorld(
          settings,
          Array.from({ length: at }, (_, n) => (n === 0 ? 'console' : 'slack')),
          openDatabase(file),
        ),
    )
    if (one === undefined || two === undefined) throw new Error('there are two')
    one.meet('console:ada')
    for (const name of ['app1', 'app2']) one.give('console:ada', name, { power: 'stopped' })
    const stale = two.state
    await one.say('console:ada', 'start app1')
    // Of the same platform and database: another event.
    two.request('console:ada')
    // What the second one knows is from before, up to its transaction.
    const state = two.store.state.bind(two.store)
    let isInside = false
    const commit = two.store.commit.bind(two.store)
    two.store.commit = (edits, after) => {
      isInside = true
      try {
        commit(edits, after)
      } finally {
        isInside = false
      }
    }
    two.store.state = () => (isInside ? state() : stale)
    expect(await two.say('console:ada', 'start app2')).toContain(
      'You use 1 of 1 running sandbox. Stopping one makes room',
    )
    expect(one.sandbox('app2').ask).toBeNull()
    one.db.close()
    two.db.close()
    rmSync(folder, { recursive: true })
  })
})
