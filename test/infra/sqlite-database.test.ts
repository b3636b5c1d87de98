import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { lockState, StateInUseError } from '../../src/infra/sqlite/lock.js'
import { migrations } from '../../src/infra/sqlite/migrations.js'
import { temporaryFolder } from '../temporary-folder.js'

describe('the database', () => {
  it('is durable and strict', () => {
    const db = openDatabase(join(temporaryFolder(), 'state.db'))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    const loose = db.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0").pluck().all()
    expect(loose.filter((name) => !String(name).startsWith('sqlite_'))).toEqual([])
  })

  it('numbers its migrations without a gap, and takes up an older state where it is', () => {
    expect(migrations.map((one) => one.version)).toEqual(migrations.map((_, index) => index + 1))
    const file = join(temporaryFolder(), 'state.db')
    const old = new Sqlite(file)
    old.exec(migrations[0]?.sql ?? '')
    old.exec("INSERT INTO buried (id, name) VALUES ('sb1', 'myapp')")
    old.pragma('user_version = 1')
    old.close()
    const db = openDatabase(file)
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.prepare('SELECT * FROM buried').all()).toEqual([{ id: 'sb1', name: 'myapp', at: 0 }])
  })

  it('leaves a newer state as it is, and says what to do', () => {
    const file = join(temporaryFolder(), 'state.db')
    openDatabase(file).pragma('user_version = 99')
    expect(() => openDatabase(file)).toThrow(
      `${file} was written by a newer Sandpiper (schema 99; this one knows ${migrations.length}). ` +
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
