import Database from 'better-sqlite3'
import { migrations } from './migrations.js'

export type Db = Database.Database

/** The state was written by a newer Sandpiper; an older one must not touch it. */
export class NewerSchemaError extends Error {}

/** Opens, and brings to the newest schema in one transaction. `:memory:` for none on disk. */
export function openDatabase(file: string): Db {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  migrate(db, file)
  return db
}

function migrate(db: Db, file: string): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length) {
    db.close()
    throw new NewerSchemaError(
      `${file} was written by a newer Sandpiper (schema ${version}; this one knows ${migrations.length}). ` +
        'Install that version again, or restore a backup made before the upgrade.',
    )
  }
  const missing = migrations.slice(version)
  db.transaction(() => {
    for (const sql of missing) db.exec(sql)
    db.pragma(`user_version = ${migrations.length}`)
  }).immediate()
}
