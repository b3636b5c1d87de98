import type { Db } from './database.js'
import { refuseSecret } from './secrets.js'

/** `audience`: a user of the console, or null for all who read the place. */
export interface ConsoleRow {
  readonly id: string
  readonly place: string
  readonly audience: string | null
  /** The message as JSON. */
  readonly body: string
  readonly postedAt: Date
  readonly editedAt: Date | null
}

interface Row {
  readonly id: string
  readonly place: string
  readonly viewer: string | null
  readonly body: string
  readonly created_at: number
  readonly edited_at: number | null
}

/** What the console remembers over a restart. Throws for a message that is secret. */
export class SqliteConsoleMessages {
  constructor(private readonly db: Db) {}

  append(message: ConsoleRow): void {
    refuseSecret(message.body)
    this.db
      .prepare('INSERT INTO console_message (id, place, viewer, body, created_at, edited_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        message.id,
        message.place,
        message.audience,
        message.body,
        message.postedAt.getTime(),
        message.editedAt?.getTime() ?? null,
      )
  }

  /** Does nothing where no such message is kept. */
  replace(id: string, body: string, editedAt: Date): void {
    refuseSecret(body)
    this.db.prepare('UPDATE console_message SET body = ?, edited_at = ? WHERE id = ?').run(body, editedAt.getTime(), id)
  }

  /** The newest `limit` messages, of one place where it is given, oldest first. */
  list(limit: number, place: string | null = null): readonly ConsoleRow[] {
    return this.db
      .prepare<{ limit: number; place: string | null }, Row>(
        `SELECT * FROM console_message WHERE @place IS NULL OR place = @place ORDER BY seq DESC LIMIT @limit`,
      )
      .all({ limit, place })
      .toReversed()
      .map((row) => ({
        id: row.id,
        place: row.place,
        audience: row.viewer,
        body: row.body,
        postedAt: new Date(row.created_at),
        editedAt: row.edited_at === null ? null : new Date(row.edited_at),
      }))
  }
}
