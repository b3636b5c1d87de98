import type { Identity } from '../../core/person.js'
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

const DAY_MS = 24 * 3_600_000
const COLUMNS = 'slot, target, body, version, delivered_version AS deliveredVersion, ref, attempts'

/** Messages by slot: what each should say now, and what was delivered. */
export class SqliteOutbox {
  constructor(private readonly db: Db) {}

  /** Raises the version where the body differs. Throws for a message that is secret. */
  want(slot: string, target: string, body: string, at: Date): void {
    refuseSecret(body)
    const statement = this.db.prepare(
      `INSERT INTO outbox (slot, target, body, version, delivered_version, ref, attempts, not_before, wanted_at)
       VALUES (?, ?, ?, 1, 0, NULL, 0, 0, ?)
       ON CONFLICT (slot) DO UPDATE SET target = excluded.target, body = excluded.body, version = version + 1,
         wanted_at = excluded.wanted_at
       WHERE body <> excluded.body`,
    )
    writing(() => statement.run(slot, target, body, at.getTime()))
  }

  /** Forgets one that was never delivered. */
  withdraw(slot: string): void {
    const statement = this.db.prepare('DELETE FROM outbox WHERE slot = ? AND delivered_version = 0')
    writing(() => statement.run(slot))
  }

  /** Whose delivered version is not the wanted one, and whose time has come. */
  due(now: Date): readonly StoredMessage[] {
    return this.db
      .prepare<[number], StoredMessage>(
        `SELECT ${COLUMNS} FROM outbox WHERE delivered_version < version AND not_before <= ? ORDER BY not_before, rowid`,
      )
      .all(now.getTime())
  }

  /** When the first of those that wait is due; null where none waits. */
  nextDue(now: Date): Date | null {
    const row = this.db
      .prepare<[number], { at: number | null }>(
        'SELECT min(not_before) AS at FROM outbox WHERE delivered_version < version AND not_before > ?',
      )
      .get(now.getTime())
    return typeof row?.at === 'number' ? new Date(row.at) : null
  }

  /** Those of this platform that wait are due now. */
  wake(platform: string): void {
    const statement = this.db.prepare(
      `UPDATE outbox SET not_before = 0
       WHERE delivered_version < version AND not_before > 0 AND attempts > 0 AND target ->> '$.platform' = ?`,
    )
    writing(() => statement.run(platform))
  }

  /** Those of this person that were refused within the last day are to be delivered anew. */
  retryRefused({ platform, workspace, user }: Identity, now: Date): void {
    const statement = this.db.prepare(
      `UPDATE outbox SET ref = NULL, delivered_version = 0, not_before = 0
       WHERE ref = 'refused' AND wanted_at > @since AND target ->> '$.platform' = @platform
         AND coalesce(target ->> '$.direct.user', target ->> '$.to.user') = @user
         AND coalesce(target ->> '$.direct.workspace', target ->> '$.to.workspace') = @workspace`,
    )
    writing(() => statement.run({ platform, workspace, user, since: now.getTime() - DAY_MS }))
  }

  /** `ref` null: refused as it stands; a later version is a new message. */
  delivered(slot: string, version: number, ref: string | null): void {
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
}
