import { join } from 'node:path'
import type { Db } from './database.js'
import { Sqlite } from './driver.js'

/** Another process works on the same state folder; two would corrupt what each other does. */
export class StateInUseError extends Error {
  override readonly name = 'StateInUseError'
}

export interface StateLock {
  release(): void
}

/** Keeps each held lock from the garbage collector, which would close it. */
const held = new Set<Db>()

/** Takes the state folder for this process, until `release` or its end, however it ends. Throws StateInUseError. */
export function lockState(folder: string): StateLock {
  const db = new Sqlite(join(folder, 'lock.db'), { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new StateInUseError(
      `Another Sandpiper works on ${folder}. Stop it first, or give this one a state folder of its own.`,
    )
  }
  held.add(db)
  return {
    release() {
      held.delete(db)
      db.close()
    },
  }
}
