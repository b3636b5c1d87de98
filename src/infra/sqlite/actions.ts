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
}

interface Row {
  readonly call: string
  readonly bound_to: string | null
  readonly expires_at: number
}

/** What buttons do. The same call for the same person is one row, whose life grows with each use. */
export class SqliteActions {
  constructor(private readonly db: Db) {}

  remember(call: StoredCall, boundTo: string | null, expiresAt: Date): string {
    const statement = this.db.prepare<[string, string, string | null, number], { id: string }>(
      `INSERT INTO action (id, call, bound_to, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)
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
    return { call: JSON.parse(row.call) as StoredCall, boundTo: row.bound_to, expiresAt: new Date(row.expires_at) }
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
