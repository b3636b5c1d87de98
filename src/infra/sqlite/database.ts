import type Database from 'better-sqlite3'
import { Sqlite } from './driver.js'
import { migrations } from './migrations.js'

export type Db = Database.Database

/** The state was written by a newer Sandpiper; an older one must not touch it. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError'
}

/** Opens, and brings to the newest schema in one transaction. `:memory:` for none on disk. */
export function openDatabase(file: string): Db {
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  migrate(db, file)
  return db
}

function migrate(db: Db, file: string): void {
  const newest = Math.max(...migrations.map((one) => one.version))
  try {
    // The version is read under the write lock: two that open an old file at once do not both bring it up to date.
    db.transaction(() => {
      const version = Number(db.pragma('user_version', { simple: true }))
      if (version > newest) throw newer(file, version, newest)
      for (const one of migrations.filter((one) => one.version > version)) {
        db.exec(one.sql)
        db.pragma(`user_version = ${one.version}`)
      }
    }).immediate()
  } catch (error) {
    db.close()
    throw error
  }
}

function newer(file: string, version: number, newest: number): NewerSchemaError {
  return new NewerSchemaError(
    `${file} was written by a newer Sandpiper (schema ${version}; this one knows ${newest}). ` +
      'Install that version again, or restore a backup made before the upgrade.',
  )
}
