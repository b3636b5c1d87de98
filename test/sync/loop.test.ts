import { once } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Edit } from '../../src/core/edits.js'
import type { Operation } from '../../src/core/operation.js'
import { goBack } from '../../src/core/operations/go-back.js'
import { wantedInstance } from '../../src/core/parts/instance.js'
import type { Change } from '../../src/core/parts/plan.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import type { Settings } from '../../src/core/state.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { Logins } from '../../src/sync/logins.js'
import { SyncLoop } from '../../src/sync/loop.js'
import { NameWatch } from '../../src/sync/name-watch.js'
import { Progress } from '../../src/sync/progress.js'
import { noRecords } from '../../src/sync/records.js'
import { instanceOf, ModelWorld } from '../core/model-world.js'
import { aSandbox, aState, noAccess, noQuotas } from '../core/sandbox-fixture.js'

const now = new Date('2026-01-01T00:00:00Z')
const clock = { now: () => now }
const dns = { addresses: () => Promise.resolve([]) }
const settings: Settings = {
  base: 'box.example.com',
  scheme: 'nested',
  templates: [],
  agentPort: 9999,
  sshPort: 22,
  reservedNames: [],
  pins: null,
  access: noAccess,
  quotas: noQuotas,
}

let world: ModelWorld
let store: SqliteStore
/** What was applied, in its order. */
let applied: string[]
/** Called before each change. */
let onChange: (change: Change) => void
/** A kind whose changes come to no end by themselves. */
let hanging: Change['kind'] | null

beforeEach(() => {
  world = new ModelWorld()
  store = new SqliteStore(openDatabase(':memory:'))
  applied = []
  onChange = () => undefined
  hanging = null
  const { persons, keys } = aState()
  store.commit([
    ...persons.map((person): Edit => ({ edit: 'person.add', person })),
    ...keys.map((key): Edit => ({ edit: 'key.add', key })),
  ])
})

function loopOf(mode: 'repair' | 'report' = 'repair'): SyncLoop {
  const apply = (changes: readonly Change[]): Promise<void> => {
    for (const change of changes) {
      onChange(change)
      world.apply(change)
      applied.push(change.kind)
    }
    return Promise.resolve()
  }
  const announcer = {
    operationChanged: () => undefined,
    sandboxChanged: () => undefined,
    noticed: () => undefined,
    deliverLogin: () => Promise.resolve(true),
    drift: () => undefined,
    rolloutChanged: () => undefined,
  }
  let isPaused = false
  return new SyncLoop({
    parts: {
      world: {
        instances: {
          observe: () => Promise.resolve(world.seen().instances),
          apply: async (change, _detail, signal) => {
            if (change.kind === hanging) await once(signal, 'abort').then(() => signal.throwIfAborted())
            await apply([change])
          },
          network: () => Promise.reject(new Error('nobody asks')),
          health: () => Promise.reject(new Error('nobody asks')),
          hostKeys: () => Promise.resolve({ lines: [], bare: [] }),
          room: () => Promise.reject(new Error('nobody asks')),
        },
        agents: { apply: () => Promise.resolve(), answers: () => Promise.resolve(true) },
        pipes: {
          observe: () => Promise.resolve(world.seen().pipes),
          apply: (change) => apply([change]),
          sweep: () => Promise.resolve(),
        },
        routes: { observe: () => Promise.resolve(world.seen().routes), apply: (changes) => apply(changes) },
        keyring: {
          ensure: () => Promise.resolve({ mapping: 'ssh-ed25519 MAP', host: 'ssh-ed25519 HOST' }),
          privateKey: () => Promise.reject(new Error('nobody asks')),
          forget: () => Promise.resolve(),
        },
        ssh: { answers: () => Promise.resolve(true) },
        dns,
        clock,
      },
      store,
      settings,
      announcer,
      logins: new Logins({ make: () => Promise.resolve({ password: 'p', hash: '$2b$10$hash' }) }, store, announcer),
      names: new NameWatch({
        dns,
        clock,
        base: settings.base,
        addresses: [],
        isKept: () => false,
        isChecked: true,
        freshMs: 0,
      }),
      records: noRecords(clock),
      certificates: { remark: () => null, soon: () => undefined },
      progress: new Progress(store, announcer, clock),
      giveUpAfterMs: 60_000,
      log: () => undefined,
    },
    mode,
    guardShare: 0.5,
    width: 8,
    // What backs off is looked at again by the test's own pokes.
    schedule: () => () => undefined,
    pauseSwitch: { isOn: () => isPaused, set: (on) => void (isPaused = on) },
  })
}

/** Sandboxes that are there as they should be, each with its instance, pipe and routes. */
async function settled(loop: SyncLoop, ...names: readonly string[]): Promise<readonly Sandbox[]> {
  const all = names.map((name, index) => aSandbox({ name, id: `${name}-id`, ipv4: `10.88.0.${20 + index}` }))
  for (const sandbox of all) {
    store.commit([{ edit: 'sandbox.add', sandbox }])
    const wanted = wantedInstance(sandbox)
    if (wanted !== null) world.instances.set(sandbox.instance, instanceOf(wanted))
  }
  loop.poke(all.map(({ id }) => id))
  await loop.settled()
  applied.length = 0
  return all
}

const phases = () => store.state().sandboxes.map(({ phase }) => phase)
const look = async (loop: SyncLoop, { id }: Sandbox): Promise<void> => {
  loop.poke([id])
  await loop.settled()
}

describe('the loop', () => {
  it('believes that an instance is lost only at its second look', async () => {
    const loop = loopOf()
    const [one] = await settled(loop, 'one')
    if (one === undefined) throw new Error('there is one')
    const instance = world.instances.get(one.instance)
    world.instances.delete(one.instance)
    await look(loop, one)
    expect([phases(), applied]).toEqual([['ready'], []])
    if (instance !== undefined) world.instances.set(one.instance, instance)
    await look(loop, one)
    world.instances.delete(one.instance)
    await look(loop, one)
    expect([phases(), applied]).toEqual([['ready'], []])
    await look(loop, one)
    expect([phases(), applied]).toEqual([['lost'], ['pipe.remove']])
  })

  it('holds everything while more than half of all instances are missing at once', async () => {
    const loop = loopOf()
    const all = await settled(loop, 'one', 'two', 'three', 'four', 'five')
    for (const { instance } of all.slice(0, 3)) world.instances.delete(instance)
    world.routes.clear()
    const held = 'more than half of all instances are missing at once'
    for (let pass = 0; pass < 3; pass += 1) {
      expect(await loop.pass({ apply: true })).toMatchObject({ applied: false, held, lines: [] })
    }
    expect([phases(), applied]).toEqual([all.map(() => 'ready'), []])
  })

  it.each(['report', 'paused'] as const)('%s: repairs nothing that nobody asked for', async (why) => {
    const loop = loopOf(why === 'report' ? 'report' : 'repair')
    const [one] = await settled(loopOf(), 'one')
    if (one === undefined) throw new Error('there is one')
    if (why === 'paused') loop.pause(true)
    world.pipes.clear()
    world.routes.clear()
    await look(loop, one)
    const held = why === 'report' ? 'sync only reports' : 'sync is paused'
    expect(await loop.pass({ apply: true })).toMatchObject({ applied: false, held })
    expect(applied).toEqual([])

    store.commit([
      { edit: 'sandbox.want', id: one.id, ask: { power: 'stop' } },
      { edit: 'operation.start', operation: operationOn(one, { verb: 'stop' }) },
    ])
    await look(loop, one)
    expect(applied).toContain('instance.stop')
    expect(store.operation('op')?.state).toBe('done')
  })

  it('goes back at once from a change that hangs, when it is interrupted', async () => {
    const loop = loopOf()
    const sandbox = aSandbox({ phase: 'creating', power: 'unknown', appliedGeneration: 0 })
    const operation = operationOn(sandbox, { verb: 'create', generation: 1 })
    store.commit([
      { edit: 'sandbox.add', sandbox },
      { edit: 'operation.start', operation },
    ])
    hanging = 'instance.start'
    loop.poke([sandbox.id])
    await expect.poll(() => applied).toContain('instance.prepare')
    store.commit(goBack(sandbox, operation, 'Ada cancelled it', true))
    loop.interrupt(sandbox.id)
    await loop.settled()
    expect(applied).not.toContain('instance.start')
    expect([world.instances.size, store.operation('op')?.state]).toEqual([0, 'cancelled'])
  })

  it('applies nothing more once something else is wanted', async () => {
    const loop = loopOf()
    const sandbox = aSandbox({ phase: 'creating', power: 'unknown', appliedGeneration: 0 })
    const operation = operationOn(sandbox, { verb: 'create', generation: 1 })
    store.commit([
      { edit: 'sandbox.add', sandbox },
      { edit: 'operation.start', operation },
    ])
    onChange = (change) => {
      if (change.kind === 'instance.create') store.commit(goBack(sandbox, operation, 'Ada cancelled it', true))
    }
    await look(loop, sandbox)
    expect(applied).not.toContain('instance.prepare')
    expect(applied).not.toContain('instance.start')
    await look(loop, sandbox)
    expect(applied).toContain('instance.delete')
    expect([world.instances.size, world.pipes.size, world.routes.size]).toEqual([0, 0, 0])
    expect(store.operation('op')?.state).toBe('cancelled')
  })
})

function operationOn(sandbox: Sandbox, change: Partial<Operation>): Operation {
  return {
    id: 'op',
    verb: 'create',
    sandbox: sandbox.id,
    sandboxName: sandbox.name,
    person: 'ada',
    origin: {
      identity: { platform: 'console', workspace: '', user: 'ada' },
      place: 'main',
      isPrivate: false,
      eventKey: 'e1',
    },
    generation: sandbox.generation + 1,
    state: 'running',
    before: change.verb === 'create' ? null : { spec: sandbox.spec, power: sandbox.power },
    steps: [],
    waitingFor: null,
    waitingUntil: null,
    reason: null,
    offers: [],
    cancelled: false,
    startedAt: now,
    endedAt: null,
    ...change,
  }
}
