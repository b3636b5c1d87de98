import { describe, expect, it } from 'vitest'
import type { Sync } from '../../src/core/ports.js'
import type { Settings } from '../../src/core/state.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteActions } from '../../src/infra/sqlite/actions.js'
import { SqliteAudit } from '../../src/infra/sqlite/audit.js'
import { SqliteInbox } from '../../src/infra/sqlite/inbox.js'
import { SqliteOutbox } from '../../src/infra/sqlite/outbox.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { ActionTokens } from '../../src/bot/action-tokens.js'
import { BotAnnouncer } from '../../src/bot/announcer.js'
import { Codes } from '../../src/bot/codes.js'
import { AuditTrail } from '../../src/bot/audit-trail.js'
import { PlatformRefusal, type ChatRequest, type Outcome } from '../../src/bot/chat.js'
import { commands } from '../../src/bot/commands/all.js'
import { Outbox } from '../../src/bot/outbox.js'
import { SandboxCards } from '../../src/bot/sandbox-cards.js'
import { BotRouter } from '../../src/bot/router.js'
import { noAccess, noQuotas } from '../core/sandbox-fixture.js'
import { ada, FakePlatform } from './fakes.js'

const eve = { ...ada, user: 'eve' }
const settings: Settings = {
  base: 'box.example.com',
  templates: [
    {
      name: 'debian',
      description: '',
      image: { server: null, protocol: null, alias: 'x' },
      appPort: 8000,
      limits: { cpus: 1, memory: 1, disk: 1, processes: 1 },
      nesting: false,
      agent: 'own',
    },
  ],
  agentPort: 9999,
  sshPort: 22,
  reservedNames: [],
  pins: null,
  access: { ...noAccess, members: [ada] },
  quotas: noQuotas,
}

function world() {
  const start = new Date('2026-01-01T00:00:00Z')
  let ids = 0
  const time = { passed: 0 }
  const clock = { now: (): Date => new Date(start.getTime() + time.passed) }
  const platform = new FakePlatform('console')
  const platforms = new Map([['console', platform]])
  const db = openDatabase(':memory:')
  const store = new SqliteStore(db)
  const codes = new Codes(Buffer.from('key'), clock)
  const tokens = new ActionTokens(new SqliteActions(db), Buffer.from('key'), clock)
  const addresses = {
    url: (host: string): string => `https://${host}`,
    sshLine: (name: string): string => `ssh ${name}`,
  }
  const schedule = (): (() => void) => () => undefined
  const logged: string[] = []
  const log = (message: string): void => void logged.push(message)
  const base = { platforms, tokens, clock, schedule, log }
  const outbox = new Outbox({ ...base, store: new SqliteOutbox(db) })
  const cards = new SandboxCards({ store, outbox, addresses, clock })
  const audit = new SqliteAudit(db)
  const trail = new AuditTrail({ store, audit, outbox, clock, mirror: null })
  const announcer = new BotAnnouncer({ ...base, store, outbox, cards, trail, addresses, settings })
  const inbox = new SqliteInbox(db)
  const poked: string[] = []
  const interrupted: string[] = []
  const sync: Sync = {
    poke: (keys) => void poked.push(...keys),
    pass: () => Promise.reject(new Error('a cause with details')),
    interrupt: (sandbox) => void interrupted.push(sandbox),
    endSessions: () => undefined,
    paused: () => false,
    pause: () => undefined,
  }
  const network = { name: 'sb', ipv4: '10.88.0.1/24', dhcpRanges: [], leased: [] }
  const newId = (): string => `id${(ids += 1)}xyz`
  const parts = {
    commands,
    store,
    inbox,
    outbox,
    audit,
    trail,
    announcer,
    tokens,
    codes,
    rate: { person: 1000, room: 1000, withinMs: 60_000 },
    keySource: { keysOf: () => Promise.resolve([]) },
    sync,
    settings,
    addresses,
    clock,
    newId,
    log,
    platforms,
  }
  const router = new BotRouter({ ...parts, network: () => network, room: () => null })
  const request = (eventKey: string, identity = ada, sentAt = start): ChatRequest => ({
    asker: {
      identity,
      name: identity.user === 'ada' ? 'Ada' : 'Eve',
      place: 'general',
      room: 'general',
      isPrivate: false,
      groups: [],
    },
    eventKey,
    sentAt,
  })
  const type = (text: string, asked: ChatRequest): Promise<Outcome> => {
    const parsed = router.parse(asked.asker, { kind: 'words', text })
    if (parsed.kind !== 'run') throw new Error(`not run: ${JSON.stringify(parsed)}`)
    return router.accept(asked, parsed.call, parsed.audience).ended
  }
  const texts = async (): Promise<string> => {
    await outbox.flush()
    return [...platform.texts].map(([ref, text]) => `<${ref}>\n${text}`).join('\n')
  }
  const finish = (state: 'done' | 'failed'): void => {
    const [operation] = store.recentOperations(1)
    if (operation === undefined) throw new Error('nothing to finish')
    const { id } = operation
    store.commit([{ edit: 'operation.note', id, change: { state, endedAt: start, reason: 'the image is not there' } }])
    announcer.operationChanged(id)
  }
  return { ...parts, router, platform, request, type, texts, finish, poked, interrupted, logged, start, time }
}
/** Turns of the event loop enough for what was accepted to have been carried out. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate)
}

describe('the router', () => {
  it('create: one line for all, progress for the asker, then the card; three deliveries are one effect', async () => {
    const { type, request, texts, finish, store, poked } = world()
    const runs = [1, 2, 3].map(() => type('create myapp', request('e1')))
    await settle()
    expect(store.state().sandboxes).toHaveLength(1)
    expect(poked).toEqual(store.state().sandboxes.map((one) => one.id))
    expect(await texts()).toContain('Ada is creating myapp.')
    finish('done')
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'done'])
    expect(await texts()).toMatch(/<general\/all\/\d+>\n◐ myapp · creating[^]*public/)
    expect(await texts()).toMatch(/<general\/ada\/\d+>\nmyapp is created/)
    expect(await type('create myapp', request('e1'))).toBe('done')
  })
  it('ten creates at once are ten sandboxes with an address each; of one name, one is made', async () => {
    const { type, request, texts, store } = world()
    for (let n = 0; n < 10; n += 1) void type(`create app${n}`, request(`e${n}`))
    void type('create app5', request('again'))
    await settle()
    const { sandboxes } = store.state()
    expect(sandboxes.map((one) => one.name)).toHaveLength(10)
    expect(new Set(sandboxes.map((one) => one.ipv4)).size).toBe(10)
    expect(await texts()).toContain('`app5` is taken (Ada).')
  })
  it('cancel interrupts what runs', async () => {
    const { type, request, store, interrupted } = world()
    void type('create myapp', request('e1'))
    await settle()
    expect(await type('cancel myapp', request('e2'))).toBe('done')
    const { sandboxes, operations } = store.state()
    expect(interrupted).toEqual(sandboxes.map((one) => one.id))
    expect(operations.map(({ state }) => state)).toEqual(['going-back'])
  })
  it('a failed operation is failed, with its reason for the asker alone', async () => {
    const { type, request, texts, finish } = world()
    const run = type('create myapp', request('e1'))
    await settle()
    finish('failed')
    expect(await run).toBe('failed')
    expect((await texts()).match(/the image is not there|The image is not there/g)).toHaveLength(1)
  })
  it('strangers are refused before and after parse', async () => {
    const { router, request, texts, store } = world()
    const asked = request('e1', eve)
    expect(router.parse(asked.asker, { kind: 'words', text: 'list' })).toMatchObject({ kind: 'refuse' })
    const { ended } = router.accept(asked, { command: 'create', args: { target: 'x1' } }, 'caller')
    expect(await ended).toBe('refused')
    expect(await texts()).toContain('I do not know you yet')
    expect(store.state()).toMatchObject({ sandboxes: [], persons: [] })
  })
  it('a member cannot sync; what fails in us is an incident, its cause only in the log', async () => {
    const { router, request, texts, logged } = world()
    const call = { command: 'sync', args: {} }
    expect(await router.accept(request('e1'), call, 'caller').ended).toBe('refused')
    const admin = world()
    const settingsOfAdmin = { ...settings, access: { ...noAccess, admins: [ada] } }
    const other = new BotRouter({ ...admin, settings: settingsOfAdmin, network: () => null, room: () => null })
    expect(await other.accept(admin.request('e2'), call, 'caller').ended).toBe('failed')
    expect(await admin.texts()).toMatch(/incident [0-9A-Z]{4};/)
    expect(await admin.texts()).not.toContain('details')
    expect(admin.logged).toEqual(['a request failed'])
    expect([await texts(), logged.length]).toEqual([expect.stringContaining('Only an admin'), 0])
  })
  it('what is older than five minutes is not carried out', async () => {
    const { type, request, texts, store, start } = world()
    const old = new Date(start.getTime() - 6 * 60_000)
    expect(await type('create myapp', request('e1', ada, old))).toBe('refused')
    expect(store.state().sandboxes).toEqual([])
    expect(await texts()).toContain('I was away. Your `create myapp`')
  })
  it('takes up after a restart what was acknowledged and not carried out', async () => {
    const { router, request, inbox, store } = world()
    void router.accept(request('e1'), { command: 'create', args: { target: 'myapp' } }, 'caller')
    const [row] = inbox.unanswered()
    const next = world()
    next.inbox.put(row?.eventKey ?? '', row?.request ?? '', next.start)
    next.router.resume()
    await settle()
    expect(next.store.state().sandboxes).toHaveLength(1)
    expect(next.inbox.unanswered()).toEqual([])
    await settle()
    expect(store.state().sandboxes).toHaveLength(1)
  })
  it('what piled up during an outage is answered by one message', async () => {
    const { type, request, texts, store, start } = world()
    const old = new Date(start.getTime() - 3 * 3_600_000)
    for (const name of ['one', 'two', 'three']) await type(`create ${name}`, request(`e-${name}`, ada, old))
    expect(store.state().sandboxes).toEqual([])
    const said = await texts()
    expect(said.match(/I was away/g)).toHaveLength(1)
    for (const name of ['one', 'two', 'three']) expect(said).toContain(`create ${name}`)
  })
  it('in private the asker has one message, which becomes the card; an older one there loses its buttons', async () => {
    const { type, request, texts, finish } = world()
    const asked = (key: string): ChatRequest => {
      const { asker, ...rest } = request(key)
      return { ...rest, asker: { ...asker, isPrivate: true } }
    }
    void type('create myapp', asked('e1'))
    await settle()
    finish('done')
    expect(await texts()).toMatch(/^<general\/ada\/0>\n◐ myapp[^]*\[Delete\]$/)
    void type('stop myapp', asked('e2'))
    await settle()
    finish('done')
    expect((await texts()).match(/\[Delete\]/g)).toHaveLength(1)
    expect(await texts()).toMatch(/<general\/ada\/1>[^]*\[Delete\]$/)
  })
  it('of a deleted sandbox no card keeps a button, not even one that could not be edited before', async () => {
    const { type, request, texts, finish, platform, store, announcer } = world()
    void type('create myapp', request('e1'))
    await settle()
    finish('done')
    await texts()
    platform.failures.push(
      new PlatformRefusal('not now'),
      new PlatformRefusal('not now'),
      new PlatformRefusal('not now'),
    )
    void type('stop myapp', request('e2'))
    await settle()
    finish('done')
    await texts()
    const id = store.state().sandboxes[0]?.id ?? ''
    store.commit([{ edit: 'sandbox.bury', id }])
    announcer.sandboxChanged(id)
    expect(await texts()).not.toContain('[Delete]')
  })
  it('beside the card in the channel the owner has one in their direct messages, both kept true', async () => {
    const { type, request, texts, finish, store, announcer } = world()
    void type('create myapp', request('e1'))
    await settle()
    finish('done')
    await texts()
    const [sandbox] = store.state().sandboxes
    const id = sandbox?.id ?? ''
    store.commit([{ edit: 'sandbox.note', id, facts: { phase: 'ready', power: 'running' } }])
    announcer.sandboxChanged(id)
    expect(await texts()).toMatch(/<direct\/ada\/\d+>\n● myapp · running/)
    expect(await texts()).toMatch(/<general\/all\/\d+>\n● myapp · running/)
  })
  it('tells the owner what nobody asked for, once, and not who turned it off', async () => {
    const { type, request, texts, finish, store, announcer } = world()
    void type('create myapp', request('e1'))
    await settle()
    finish('done')
    const id = store.state().sandboxes[0]?.id ?? ''
    announcer.noticed(id, { notice: 'lost' })
    announcer.noticed(id, { notice: 'lost' })
    expect((await texts()).match(/myapp is lost/g)).toHaveLength(1)
    expect(await type('notices off', request('e2'))).toBe('done')
    announcer.noticed(id, { notice: 'repair-failed', reason: 'Caddy refused it' })
    expect(await texts()).not.toContain('could not be repaired')
  })
  it('tells of a sandbox that stopped by itself, unless it runs again in time', async () => {
    const { type, request, texts, finish, store, announcer, time } = world()
    void type('create myapp', request('e1'))
    await settle()
    finish('done')
    const id = store.state().sandboxes[0]?.id ?? ''
    const power = (now: 'running' | 'stopped'): void => {
      store.commit([{ edit: 'sandbox.note', id, facts: { phase: 'ready', power: now } }])
      announcer.sandboxChanged(id)
      if (now === 'stopped') announcer.noticed(id, { notice: 'stopped' })
    }
    power('stopped')
    power('running')
    time.passed = 20_000
    expect(await texts()).not.toContain('has stopped')
    power('stopped')
    expect(await texts()).not.toContain('has stopped')
    time.passed = 40_000
    expect(await texts()).toContain('○ myapp has stopped')
  })
  it('a missing argument becomes a form; a button of another is refused', () => {
    const { router, request } = world()
    const { asker } = request('e1')
    expect(router.parse(asker, { kind: 'words', text: 'create' })).toMatchObject({ kind: 'form' })
    expect(router.parse(asker, { kind: 'words', text: 'delete myapp' })).toMatchObject({
      kind: 'form',
      form: { fields: [{ name: 'confirm' }] },
    })
  })
  it('a form carries a token that stands for its call, for its asker alone; what is forged is written down', () => {
    const { router, request, audit } = world()
    const { asker } = request('e1')
    const parsed = router.parse(asker, { kind: 'words', text: 'delete myapp' })
    if (parsed.kind !== 'form') throw new Error('not asked')
    const filled = { kind: 'form', token: parsed.form.token, answers: { confirm: 'myapp' } } as const
    const call = { command: 'delete', args: { sandbox: 'myapp', confirm: 'myapp' } }
    expect(router.parse(asker, filled)).toEqual({ kind: 'run', audience: 'caller', call })
    const other = { ...asker, identity: { ...ada, user: 'bea' } }
    const admitted = new BotRouter({
      ...world(),
      settings: { ...settings, access: { ...noAccess, members: [ada, other.identity] } },
      network: () => null,
      room: () => null,
    })
    expect(admitted.parse(other, filled)).toMatchObject({ kind: 'refuse' })
    const forged = { ...filled, token: `${parsed.form.token}x` as typeof parsed.form.token }
    expect(router.parse(asker, forged)).toMatchObject({ kind: 'refuse' })
    expect(audit.list(1)).toMatchObject([{ command: 'press', outcome: 'refused', identity: 'console::ada' }])
  })
})
