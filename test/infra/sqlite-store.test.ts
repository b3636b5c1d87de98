import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Edit } from '../../src/core/edits.js'
import type { Operation } from '../../src/core/operation.js'
import { NewerSchemaError, openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteInbox } from '../../src/infra/sqlite/inbox.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'
import { temporaryFolder } from '../temporary-folder.js'

const [ada] = aState().persons
const [key] = aState().keys
if (ada === undefined || key === undefined) throw new Error('the fixture has a person with a key')

const operation: Operation = {
  id: 'op1',
  verb: 'port',
  sandbox: 'sb1x',
  sandboxName: 'myapp',
  person: 'ada',
  origin: {
    identity: { platform: 'console', workspace: '', user: 'ada' },
    place: 'main',
    isPrivate: false,
    eventKey: 'e1',
  },
  generation: 2,
  state: 'running',
  before: { spec: aSandbox().spec, power: 'running' },
  steps: [{ key: 'k', label: 'started', detail: '', state: 'done', startedAt: new Date(1), endedAt: new Date(2) }],
  waitingFor: null,
  waitingUntil: null,
  reason: null,
  offers: [],
  cancelled: false,
  startedAt: new Date(0),
  endedAt: null,
}

function aStore(): SqliteStore {
  const store = new SqliteStore(openDatabase(':memory:'))
  store.commit([
    { edit: 'person.add', person: ada as NonNullable<typeof ada> },
    { edit: 'sandbox.add', sandbox: aSandbox() },
  ])
  return store
}

describe('the store', () => {
  it('gives back what was put in, after reopening too', () => {
    const file = join(temporaryFolder(), 'state.db')
    const db = openDatabase(file)
    const sandbox = aSandbox({ ask: { power: 'restart', lastUsedAt: null } })
    new SqliteStore(db).commit([
      { edit: 'person.add', person: ada },
      { edit: 'sandbox.add', sandbox },
      { edit: 'key.add', key },
      { edit: 'operation.start', operation },
    ])
    db.close()
    const store = new SqliteStore(openDatabase(file))
    expect(store.state()).toEqual({
      ...aState(),
      sandboxes: [sandbox],
      persons: [ada],
      keys: [key],
      operations: [operation],
      buried: new Set(),
      recordNames: [],
      newestAgent: null,
      rollout: null,
    })
    expect(store.recentOperations(5)).toEqual([operation])
  })

  it('raises the generation for what is wanted, and not for what is noted', () => {
    const store = aStore()
    store.commit([
      { edit: 'sandbox.want', id: 'sb1x', ask: { power: 'stop' } },
      { edit: 'sandbox.note', id: 'sb1x', facts: { power: 'stopped', accounts: [] } },
    ])
    expect(store.state().sandboxes[0]).toMatchObject({
      generation: 2,
      ask: { power: 'stop' },
      power: 'stopped',
      spec: { accounts: [] },
    })
  })

  it.each([
    [
      'its name',
      aSandbox({ id: 'sb2y', instance: 'i2', ipv4: '10.0.0.2', host: 'x', agentHost: 'shelley.x' }),
      'took that name',
    ],
    [
      "another's agent host name",
      aSandbox({ id: 'sb2y', name: 'b', instance: 'i2', ipv4: '10.0.0.2', host: 'shelley.myapp.box.example.com' }),
      'took that name',
    ],
    [
      'its address',
      aSandbox({ id: 'sb2y', name: 'b', instance: 'i2', host: 'x', agentHost: 'shelley.x' }),
      'got that address',
    ],
  ])('refuses a second sandbox with %s, and keeps nothing of it', (_, second, sentence) => {
    const store = aStore()
    expect(() =>
      store.commit([
        { edit: 'key.add', key },
        { edit: 'sandbox.add', sandbox: second },
      ]),
    ).toThrow(sentence)
    expect(store.state()).toMatchObject({ sandboxes: [{ id: 'sb1x' }], keys: [] })
  })

  it('has one live operation a sandbox; a stuck one is not live', () => {
    const store = aStore()
    const second = { ...operation, id: 'op2', origin: { ...operation.origin, eventKey: 'e2' } }
    store.commit([{ edit: 'operation.start', operation }])
    expect(() => store.commit([{ edit: 'operation.start', operation: second }])).toThrow('Something else was started')
    store.commit([
      { edit: 'operation.note', id: 'op1', change: { state: 'stuck' } },
      { edit: 'operation.start', operation: second },
    ])
    expect(store.state().operations.map(({ id, state }) => [id, state])).toEqual([
      ['op1', 'stuck'],
      ['op2', 'running'],
    ])
  })

  it('undoes all when `after` fails', () => {
    const store = aStore()
    const fail = (): void => {
      throw new Error('the inbox is away')
    }
    expect(() => store.commit([{ edit: 'sandbox.want', id: 'sb1x', ask: { power: 'stop' } }], fail)).toThrow(
      'the inbox is away',
    )
    expect(store.state().sandboxes[0]?.generation).toBe(1)
  })

  it('shows the same picture while nothing changes, and a new one after any change', () => {
    const file = join(temporaryFolder(), 'state.db')
    const store = new SqliteStore(openDatabase(file))
    const other = new SqliteStore(openDatabase(file))
    store.commit([{ edit: 'person.add', person: ada }])
    const first = store.state()
    expect(store.state()).toBe(first)
    store.commit([{ edit: 'sandbox.add', sandbox: aSandbox() }])
    expect(store.state().sandboxes).toHaveLength(1)
    other.commit([{ edit: 'key.add', key }])
    expect(store.state().keys).toEqual([key])
    expect(first).toMatchObject({ sandboxes: [], keys: [] })
  })

  it('shows a transaction its own changes, and nobody those that it takes back', () => {
    const store = aStore()
    const seen: unknown[] = []
    const takeBack = (): void => {
      seen.push(store.state().sandboxes[0]?.generation, store.state().sandboxes[0]?.generation)
      throw new Error('no')
    }
    expect(() => store.commit([{ edit: 'sandbox.want', id: 'sb1x' }], takeBack)).toThrow('no')
    seen.push(store.state().sandboxes[0]?.generation)
    expect(seen).toEqual([2, 2, 1])
  })

  it('is read again after a change of its own, and of nothing else', () => {
    const db = openDatabase(':memory:')
    const store = new SqliteStore(db)
    const before = store.state()
    new SqliteInbox(db).put('console::e1', '{}', new Date())
    store.commit([], () => new SqliteInbox(db).answered('console::e1', 'done'))
    expect(store.state()).toBe(before)
    store.commit([{ edit: 'person.add', person: { id: 'p', name: 'P', identities: [], isMuted: false } }])
    expect(store.state()).not.toBe(before)
  })

  it('refuses a way that no sandbox goes', () => {
    const store = aStore()
    store.commit([{ edit: 'sandbox.want', id: 'sb1x', phase: 'deleting' }])
    expect(() => store.commit([{ edit: 'sandbox.note', id: 'sb1x', facts: { phase: 'ready' } }])).toThrow(
      'cannot become ready',
    )
  })

  it('remembers who was buried, and frees the name', () => {
    const store = aStore()
    store.commit([
      { edit: 'sandbox.bury', id: 'sb1x' },
      { edit: 'sandbox.add', sandbox: aSandbox({ id: 'sb2y', instance: 'i2' }) },
    ])
    expect(store.state()).toMatchObject({ sandboxes: [{ id: 'sb2y' }], buried: new Set(['sb1x']) })
  })

  it('keeps a sandbox that has an IPv6 address alone', () => {
    const store = aStore()
    const only6 = aSandbox({
      id: 'sb2y',
      name: 'six',
      instance: 'i2',
      ipv4: null,
      ipv6: 'fd42::2',
      awaited: ['x.test'],
    })
    store.commit([{ edit: 'sandbox.add', sandbox: { ...only6, host: 'x.test', agentHost: 'shelley.x.test' } }])
    expect(store.state().sandboxes).toMatchObject([{}, { ipv4: null, ipv6: 'fd42::2', awaited: ['x.test'] }])
    const like = { ...only6, id: 'sb3z', name: 'seven', instance: 'i3', host: 'y.test', agentHost: 'shelley.y.test' }
    expect(() => store.commit([{ edit: 'sandbox.add', sandbox: like }])).toThrow('got that address')
  })

  it('takes a domain when it is wanted, and frees it when its removal is applied: until then it may come back', () => {
    const store = aStore()
    const { spec } = aSandbox()
    const domains = [{ host: 'app.example.com', dns: 'by-hand' as const }]
    const want = (wanted: typeof spec): Edit => ({ edit: 'sandbox.want', id: 'sb1x', spec: wanted })
    const applied: Edit = { edit: 'sandbox.note', id: 'sb1x', facts: { appliedGeneration: 3 } }
    const another = aSandbox({ id: 'sb2y', name: 'b', instance: 'i2', ipv4: '10.0.0.2', agentHost: 'shelley.x' })
    const claim = () => store.commit([{ edit: 'sandbox.add', sandbox: { ...another, host: 'app.example.com' } }])
    store.commit([want({ ...spec, domains })])
    expect(claim).toThrow('took that name')
    store.commit([want(spec)])
    expect(claim).toThrow('took that name')
    store.commit([applied])
    claim()
    expect(() => store.commit([want({ ...spec, domains })])).toThrow('took that name')
    expect(store.state().sandboxes.map((one) => one.spec.domains)).toEqual([[], []])
  })

  it('says by its code what is taken', () => {
    const store = aStore()
    const next = { id: 'sb2y', name: 'b', instance: 'i2', host: 'x', agentHost: 'shelley.x' }
    const add = (over: object) => () => store.commit([{ edit: 'sandbox.add', sandbox: aSandbox(over) }])
    expect(add(next)).toThrow(expect.objectContaining({ code: 'name-taken' }))
    expect(add({ ...next, ipv4: '10.0.0.2', name: 'myapp' })).toThrow(expect.objectContaining({ code: 'name-taken' }))
    store.commit([{ edit: 'operation.start', operation }])
    const second = { ...operation, id: 'op2', origin: { ...operation.origin, eventKey: 'e2' } }
    expect(() => store.commit([{ edit: 'operation.start', operation: second }])).toThrow(
      expect.objectContaining({ code: 'busy' }),
    )
  })

  it('holds one key of a person once, and one operation of an event', () => {
    const store = aStore()
    store.commit([
      { edit: 'key.add', key },
      { edit: 'operation.start', operation: { ...operation, state: 'done' } },
    ])
    expect(() => store.commit([{ edit: 'key.add', key: { ...key, id: 'again' } }])).toThrow('ssh_key.fingerprint')
    expect(() => store.commit([{ edit: 'operation.start', operation: { ...operation, id: 'op2' } }])).toThrow(
      'operation.event_key',
    )
  })

  it('does not open what a newer Sandpiper wrote', () => {
    const file = join(temporaryFolder(), 'state.db')
    const db = openDatabase(file)
    db.pragma('user_version = 99')
    db.close()
    expect(() => openDatabase(file)).toThrow(NewerSchemaError)
  })
})
