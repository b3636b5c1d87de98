import type { Db } from './database.js'
import { writing } from './disk-trouble.js'
import { refuseSecret } from './secrets.js'

/** One message as it should be now. */
export interface StoredMessage {
  readonly slot: string
  readonly target: string
  readonly body: string
  readonly version: number
  /** 0 until the first delivery. */
  readonly deliveredVersion: number
  readonly ref: string | null
  /** Postponements since the last delivery. */
  readonly attempts: number
}

const COLUMNS = 'slot, target, body, version, delivered_version AS deliveredVersion, ref, attempts'

/** Messages by slot: what each should say now, and what was delivered. */
export class SqliteOutbox {
  constructor(private readonly db: Db) {}

  /** Raises the version where the body differs. Throws for a message that is secret. */
  want(slot: string, target: string, body: string): void {
    refuseSecret(body)
    const statement = this.db.prepare(
      `INSERT INTO outbox (slot, target, body, version, delivered_version, ref, attempts, not_before)
       VALUES (?, ?, ?, 1, 0, NULL, 0, 0)
       ON CONFLICT (slot) DO UPDATE SET target = excluded.target, body = excluded.body, version = version + 1
       WHERE body <> excluded.body`,
    )
    writing(() => statement.run(slot, target, body))
  }

  /** Whose delivered version is not the wanted one, and whose time has come. */
  due(now: Date): readonly StoredMessage[] {
    return this.db
      .prepare<[number], StoredMessage>(
        `SELECT ${COLUMNS} FROM outbox WHERE delivered_version < version AND not_before <= ? ORDER BY not_before, rowid`,
      )
      .all(now.getTime())
  }

  delivered(slot: string, version: number, ref: string): void {
    const statement = this.db.prepare(
      `UPDATE outbox SET delivered_version = max(delivered_version, ?), ref = ?, attempts = 0, not_before = 0
       WHERE slot = ?`,
    )
    writing(() => statement.run(version, ref, slot))
  }

  postponed(slot: string, until: Date): void {
    const statement = this.db.prepare('UPDATE outbox SET attempts = attempts + 1, not_before = ? WHERE slot = ?')
    writing(() => statement.run(until.getTime(), slot))
  }

  get(slot: string): StoredMessage | undefined {
    return this.db.prepare<[string], StoredMessage>(`SELECT ${COLUMNS} FROM outbox WHERE slot = ?`).get(slot)
  }

  remove(slot: string): void {
    writing(() => this.db.prepare('DELETE FROM outbox WHERE slot = ?').run(slot))
  }
}
