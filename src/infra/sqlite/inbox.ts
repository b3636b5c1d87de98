import type { Db } from './database.js'
import { writing } from './disk-trouble.js'

export interface InboxRow {
  readonly eventKey: string
  readonly request: string
  readonly at: Date
}

interface Stored {
  readonly event_key: string
  readonly request: string
  readonly received_at: number
}

/** Requests, each written down once. An event key begins with its platform's name and a colon. */
export class SqliteInbox {
  constructor(private readonly db: Db) {}

  put(eventKey: string, request: string, at: Date): 'new' | 'seen' {
    const statement = this.db.prepare(
      'INSERT OR IGNORE INTO inbox (event_key, platform, request, received_at) VALUES (?, ?, ?, ?)',
    )
    const platform = eventKey.split(':', 1)[0] ?? ''
    const { changes } = writing(() => statement.run(eventKey, platform, request, at.getTime()))
    return changes === 1 ? 'new' : 'seen'
  }

  /** The oldest first. */
  unanswered(): readonly InboxRow[] {
    return this.db
      .prepare<[], Stored>('SELECT * FROM inbox WHERE answered_at IS NULL ORDER BY received_at, rowid')
      .all()
      .map((row) => ({ eventKey: row.event_key, request: row.request, at: new Date(row.received_at) }))
  }

  /** The first answer stays. */
  answered(eventKey: string, outcome: string): void {
    const statement = this.db.prepare(
      'UPDATE inbox SET answered_at = ?, outcome = ? WHERE event_key = ? AND answered_at IS NULL',
    )
    writing(() => statement.run(Date.now(), outcome, eventKey))
  }

  /** What `answered` was given; null where that has not happened. */
  outcome(eventKey: string): string | null {
    const row = this.db
      .prepare<[string], { outcome: string | null }>('SELECT outcome FROM inbox WHERE event_key = ?')
      .get(eventKey)
    return row?.outcome ?? null
  }
}
