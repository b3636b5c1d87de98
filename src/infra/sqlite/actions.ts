import { randomBytes } from 'node:crypto'
import type { Db } from './database.js'
import { writing } from './disk-trouble.js'

/** A command with its arguments by name, as the bot knows it. */
export interface StoredCall {
  readonly command: string
  readonly args: Readonly<Record<string, string>>
}

export interface StoredAction {
  readonly call: StoredCall
  /** `platform:workspace:user`; null for everybody. */
  readonly boundTo: string | null
  readonly expiresAt: Date
  readonly isOnce: boolean
}

interface Row {
  readonly call: string
  readonly bound_to: string | null
  readonly expires_at: number
  readonly is_once: number
}

/** What buttons do. The same call for the same person is one row, whose life grows with each use. */
export class SqliteActions {
  constructor(private readonly db: Db) {}

  remember(call: StoredCall, boundTo: string | null, expiresAt: Date): string {
    const statement = this.db.prepare<[string, string, string | null, number], { id: string }>(
      `INSERT INTO action (id, call, bound_to, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (call, coalesce(bound_to, '')) WHERE is_once = 0 DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)
       RETURNING id`,
    )
    const id = randomBytes(9).toString('base64url')
    const row = writing(() => statement.get(id, canonical(call), boundTo, expiresAt.getTime()))
    if (row === undefined) throw new Error('the database kept no action')
    return row.id
  }

  find(id: string): StoredAction | undefined {
    const row = this.db.prepare<[string], Row>('SELECT * FROM action WHERE id = ?').get(id)
    if (row === undefined) return undefined
    const call = JSON.parse(row.call) as StoredCall
    return { call, boundTo: row.bound_to, expiresAt: new Date(row.expires_at), isOnce: row.is_once === 1 }
  }

  /** One that works once: `take` forgets it. */
  rememberOnce(call: StoredCall, boundTo: string, expiresAt: Date): string {
    const id = randomBytes(9).toString('base64url')
    const statement = this.db.prepare(
      'INSERT INTO action (id, call, bound_to, expires_at, is_once) VALUES (?, ?, ?, ?, 1)',
    )
    writing(() => statement.run(id, canonical(call), boundTo, expiresAt.getTime()))
    return id
  }

  /** For one that works once: true the first time. */
  take(id: string): boolean {
    return writing(() => this.db.prepare('DELETE FROM action WHERE id = ? AND is_once = 1').run(id)).changes === 1
  }

  /** Forgets what has expired. */
  sweep(now: Date): void {
    writing(() => this.db.prepare('DELETE FROM action WHERE expires_at <= ?').run(now.getTime()))
  }
}

/** The order in which arguments were given makes no other call. */
function canonical({ command, args }: StoredCall): string {
  const sorted = Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ command, args: Object.fromEntries(sorted) })
}
