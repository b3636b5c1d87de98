import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { lockState, StateInUseError } from '../../src/infra/sqlite/lock.js'
import { migrations } from '../../src/infra/sqlite/migrations.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { temporaryFolder } from '../temporary-folder.js'

const newest = migrations.at(-1)?.version ?? 0

describe('the database', () => {
  it('is durable and strict', () => {
    const db = openDatabase(join(temporaryFolder(), 'state.db'))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    const loose = db.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0").pluck().all()
    expect(loose.filter((name) => !String(name).startsWith('sqlite_'))).toEqual([])
  })

  it('numbers its migrations upwards, and takes up an older state where it is', () => {
    const versions = migrations.map((one) => one.version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
    const file = join(temporaryFolder(), 'state.db')
    const old = new Sqlite(file)
    old.exec(migrations[0]?.sql ?? '')
    old.exec("INSERT INTO buried (id, name) VALUES ('sb1', 'myapp')")
    old.pragma('user_version = 1')
    old.close()
    const db = openDatabase(file)
    expect(db.pragma('user_version', { simple: true })).toBe(newest)
    expect(db.prepare('SELECT * FROM buried').all()).toEqual([{ id: 'sb1', name: 'myapp', at: 0 }])
  })

  it('gives sandboxes of an older state what they lack: host names as they were, and nothing awaited', () => {
    const file = join(temporaryFolder(), 'state.db')
    const old = new Sqlite(file)
    for (const { sql } of migrations.filter(({ version }) => version <= 2)) old.exec(sql)
    old.pragma('user_version = 2')
    old.exec(`
      INSERT INTO person VALUES ('ada', 'Ada');
      INSERT INTO sandbox VALUES ('sb1', 'myapp', 'myapp.x', 'shelley.myapp.x', 'ada', 'myapp-sb1', '10.88.0.10', 0, 2, 1,
        '{"appPort":8000,"accounts":[]}', 'ready', 'running', NULL, '[]', NULL);
      INSERT INTO host_name VALUES ('myapp.x', 'sb1'), ('shelley.myapp.x', 'sb1');
      INSERT INTO operation VALUES ('op1', 'port', 'sb1', 'myapp', 'ada', '{}', 'e1', 2, 'running',
        '{"spec":{"appPort":80,"accounts":[]},"power":"running"}', '[]', NULL, NULL, '[]', 0, 0, NULL);
    `)
    old.close()
    const { sandboxes, operations } = new SqliteStore(openDatabase(file)).state()
    expect(sandboxes).toMatchObject([
      { ipv4: '10.88.0.10', ipv6: null, awaited: [], spec: { appPort: 8000, dns: 'automatic', domains: [] } },
    ])
    expect(operations[0]?.before?.spec).toMatchObject({ appPort: 80, dns: 'automatic', domains: [] })
  })

  it('leaves the agent of a sandbox that is there already to its image', () => {
    const file = join(temporaryFolder(), 'state.db')
    const old = new Sqlite(file)
    for (const { version, sql } of migrations) if (version < 6) old.exec(sql)
    old.exec(`
      INSERT INTO person (id, name) VALUES ('ada', 'Ada');
      INSERT INTO sandbox (id, name, host, agent_host, owner, instance, ipv4, created_at, generation,
        applied_generation, spec, phase, power, host_keys)
        VALUES ('sb1', 'old', 'old.test', 'shelley.old.test', 'ada', 'old-sb1', '10.0.0.9', 0, 1, 1,
        '{"appPort":8000,"accounts":[]}', 'ready', 'running', '[]');
      INSERT INTO operation (id, verb, sandbox, sandbox_name, person, origin, event_key, generation, state, before,
        steps, offers, cancelled, started_at)
        VALUES ('op1', 'port', 'sb1', 'old', 'ada', '{}', 'e1', 1, 'running',
        '{"spec":{"appPort":1},"power":"running"}', '[]', '[]', 0, 0);
      PRAGMA user_version = 5`)
    old.close()
    const db = openDatabase(file)
    const agent = { kind: 'own' }
    const spec = db.prepare<[], string>('SELECT spec FROM sandbox').pluck().get() ?? ''
    expect(JSON.parse(spec)).toEqual({ appPort: 8000, accounts: [], agent })
    const before = db.prepare<[], string>('SELECT before FROM operation').pluck().get() ?? ''
    expect(JSON.parse(before)).toEqual({ spec: { appPort: 1, agent }, power: 'running' })
  })

  it('leaves a newer state as it is, and says what to do', () => {
    const file = join(temporaryFolder(), 'state.db')
    openDatabase(file).pragma('user_version = 99')
    expect(() => openDatabase(file)).toThrow(
      `${file} was written by a newer Sandpiper (schema 99; this one knows ${newest}). ` +
        'Install that version again, or restore a backup made before the upgrade.',
    )
  })
})

describe('the lock', () => {
  it('lets one in at a time', () => {
    const folder = temporaryFolder()
    const lock = lockState(folder)
    expect(() => lockState(folder)).toThrow(StateInUseError)
    expect(() => lockState(folder)).toThrow(
      `Another Sandpiper works on ${folder}. Stop it first, or give this one a state folder of its own.`,
    )
    lock.release()
    lockState(folder).release()
  })

  it('ends with its process, even where that is killed', async () => {
    const folder = temporaryFolder()
    const script = `new (require('better-sqlite3'))(${JSON.stringify(join(folder, 'lock.db'))}).exec('BEGIN EXCLUSIVE');
      console.log('held'); setInterval(() => {}, 1000)`
    const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    expect(() => lockState(folder)).toThrow(StateInUseError)
    other.kill('SIGKILL')
    await once(other, 'exit')
    lockState(folder).release()
  })
})
