import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ConsoleMessageStore } from '../../src/adapters/chat/console/console-messages.js'
import type { Actions, Audit, Inbox, OutboxStore } from '../../src/bot/ports.js'
import { SqliteActions } from '../../src/infra/sqlite/actions.js'
import { chainedEntries, SqliteAudit, type AuditFilter } from '../../src/infra/sqlite/audit.js'
import { SqliteConsoleMessages } from '../../src/infra/sqlite/console-messages.js'
import { checkChain, type AuditEntry } from '../../src/core/audit.js'
import { openDatabase, type Db } from '../../src/infra/sqlite/database.js'
import { SqliteInbox } from '../../src/infra/sqlite/inbox.js'
import { SqliteOutbox } from '../../src/infra/sqlite/outbox.js'
import { SqliteSavedSettings } from '../../src/infra/sqlite/saved-settings.js'
import { temporaryFolder } from '../temporary-folder.js'

let file: string
let db: Db

beforeEach(() => {
  file = join(temporaryFolder(), 'state.db')
  db = openDatabase(file)
})

function reopen(): Db {
  db.close()
  db = openDatabase(file)
  return db
}

describe('the inbox', () => {
  it('writes an event down once, and hands out what nobody answered, after reopening too', () => {
    const inbox: Inbox = new SqliteInbox(db)
    expect(inbox.put('console::1', '{"n":1}', new Date(10))).toBe('new')
    expect(inbox.put('console::2', '{"n":2}', new Date(5))).toBe('new')
    expect(inbox.put('console::1', '{"n":3}', new Date(20))).toBe('seen')
    inbox.answered('console::2', 'done')
    inbox.answered('console::2', 'failed')
    const again = new SqliteInbox(reopen())
    expect(again.unanswered()).toEqual([{ eventKey: 'console::1', request: '{"n":1}', at: new Date(10) }])
    expect([again.outcome('console::1'), again.outcome('console::2')]).toEqual([null, 'done'])
    expect(db.prepare('SELECT DISTINCT platform FROM inbox').pluck().all()).toEqual(['console'])
  })
})

describe('the outbox', () => {
  it('raises the version only where the body differs, and keeps the reference', () => {
    const outbox: OutboxStore = new SqliteOutbox(db)
    outbox.want('s', '{"to":1}', '{"a":1}', new Date(1))
    outbox.want('s', '{"to":1}', '{"a":1}', new Date(1))
    expect(outbox.due(new Date(0))).toMatchObject([{ slot: 's', version: 1, ref: null }])
    outbox.delivered('s', 1, 'ref1')
    expect(outbox.due(new Date(0))).toEqual([])
    outbox.want('s', '{"to":1}', '{"a":2}', new Date(1))
    expect(new SqliteOutbox(reopen()).due(new Date(0))).toMatchObject([{ version: 2, body: '{"a":2}', ref: 'ref1' }])
  })

  it('stays due where a newer version was wanted while an older one was delivered', () => {
    const outbox = new SqliteOutbox(db)
    outbox.want('s', 't', '{"a":1}', new Date(1))
    outbox.want('s', 't', '{"a":2}', new Date(1))
    outbox.delivered('s', 1, 'ref1')
    expect(outbox.due(new Date(0))).toMatchObject([{ version: 2, deliveredVersion: 1 }])
  })

  it('is quiet until a postponed time has come, and forgets what is withdrawn before that', () => {
    const outbox = new SqliteOutbox(db)
    outbox.want('s', 't', '{}', new Date(1))
    outbox.postponed('s', new Date(100))
    expect(outbox.due(new Date(99))).toEqual([])
    expect(outbox.due(new Date(100))).toMatchObject([{ slot: 's', attempts: 1 }])
    expect([outbox.nextDue(new Date(0)), outbox.nextDue(new Date(100))]).toEqual([new Date(100), null])
    outbox.withdraw('s')
    expect(outbox.get('s')).toBeUndefined()
  })

  it('never keeps a secret', () => {
    const outbox = new SqliteOutbox(db)
    expect(() => outbox.want('s', 't', '{"message":{"secret":true,"blocks":[]}}', new Date(1))).toThrow('never stored')
    expect(outbox.get('s')).toBeUndefined()
  })
})

describe('the actions', () => {
  const call = { command: 'port', args: { sandbox: 'myapp', port: '3000' } }

  it('keeps one row for the same call and person, with the longer life', () => {
    const actions: Actions = new SqliteActions(db)
    const id = actions.remember(call, 'console::ada', new Date(100))
    const reordered = { command: 'port', args: { port: '3000', sandbox: 'myapp' } }
    expect(actions.remember(reordered, 'console::ada', new Date(200))).toBe(id)
    actions.remember(call, 'console::ada', new Date(50))
    expect(new SqliteActions(reopen()).find(id)).toEqual({
      call,
      boundTo: 'console::ada',
      expiresAt: new Date(200),
      isOnce: false,
    })
  })

  it('keeps one row for everybody, apart from those of one person', () => {
    const actions = new SqliteActions(db)
    const id = actions.remember(call, null, new Date(100))
    expect(actions.remember(call, null, new Date(100))).toBe(id)
    expect(actions.remember(call, 'console::ada', new Date(100))).not.toBe(id)
    expect(id).toMatch(/^[\w-]{12}$/)
    actions.sweep(new Date(100))
    expect(actions.find(id)).toBeUndefined()
  })
})

describe('the audit', () => {
  const entry: AuditEntry = {
    at: new Date(1),
    identity: 'console::ada',
    person: 'ada',
    command: 'stop',
    args: { sandbox: 'myapp' },
    sandbox: 'myapp',
    place: 'main',
    outcome: 'done',
    operation: null,
    detail: '',
  }

  it('lists the newest first, all or what a filter leaves', () => {
    const audit = new SqliteAudit(db)
    const port: Audit = audit
    const refused: AuditEntry = { ...entry, at: new Date(5), person: null, outcome: 'refused', operation: 'op1' }
    expect([port.append(entry), port.append(refused)]).toEqual([1, 2])
    expect(audit.list(5)).toEqual([
      { ...refused, seq: 2 },
      { ...entry, seq: 1 },
    ])
    expect(audit.list(1)).toHaveLength(1)
    const numbers = (filter: AuditFilter): readonly number[] => audit.list(5, filter).map(({ seq }) => seq)
    expect(numbers({ person: 'ada' })).toEqual([1])
    expect(numbers({ outcome: 'refused', command: 'stop' })).toEqual([2])
    expect(numbers({ sandbox: 'blog' })).toEqual([])
    expect(numbers({ since: new Date(2) })).toEqual([2])
    expect([audit.hasEnd('op1'), audit.hasEnd('op2')]).toEqual([true, false])
  })

  it('takes what was written before there was a chain into it, once', () => {
    const audit = new SqliteAudit(db)
    /** As a new start of the service finds it. */
    const opened = () => {
      new SqliteAudit(db).list(1)
      return chainedEntries(db)
    }
    for (let n = 0; n < 3; n += 1) audit.append(entry)
    const whole = checkChain(chainedEntries(db), [])
    db.exec("UPDATE audit SET hash = ''")
    expect(checkChain(chainedEntries(db), []).fault).toMatchObject({ seq: 1 })
    expect(checkChain(opened(), [])).toEqual(whole)
    db.exec("UPDATE audit SET command = 'start' WHERE seq = 2")
    expect(checkChain(opened(), []).fault).toMatchObject({ seq: 2 })
  })
})

describe('the messages of the console', () => {
  const message = { place: 'main', audience: null, body: '{"blocks":[]}', postedAt: new Date(1), editedAt: null }

  it('lists the newest in the order they came, as they were last edited', () => {
    const store = new SqliteConsoleMessages(db)
    const port: ConsoleMessageStore = store
    for (const id of ['c', 'b', 'a']) port.append({ ...message, id, place: id === 'a' ? 'other' : 'main' })
    port.replace('b', '{"blocks":[1]}', new Date(2))
    port.replace('none', '{}', new Date(2))
    expect(port.list(2)).toEqual([
      { ...message, id: 'b', body: '{"blocks":[1]}', editedAt: new Date(2) },
      { ...message, id: 'a', place: 'other' },
    ])
    expect(store.list(5, 'main').map(({ id }) => id)).toEqual(['c', 'b'])
  })

  it('never keeps a secret, be it new or edited', () => {
    const store = new SqliteConsoleMessages(db)
    store.append({ ...message, id: 'a' })
    const secret = '{"secret":true,"blocks":[]}'
    expect(() => store.append({ ...message, id: 'b', body: secret })).toThrow('never stored')
    expect(() => store.replace('a', secret, new Date())).toThrow('never stored')
    expect(store.list(5)).toEqual([{ ...message, id: 'a' }])
  })
})

describe('what is saved beside', () => {
  it('is the last value, after reopening too', () => {
    const saved = new SqliteSavedSettings(db)
    saved.set('paused', 'no')
    saved.set('paused', 'yes')
    expect(new SqliteSavedSettings(reopen()).get('paused')).toBe('yes')
    expect(new SqliteSavedSettings(db).get('other')).toBeNull()
  })
})
