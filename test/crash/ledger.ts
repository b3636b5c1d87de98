import { join } from 'node:path'
import type { State } from '../../src/core/state.js'
import type { Db } from '../../src/infra/sqlite/database.js'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'

/** One request, as it was written down, and what its asker can read about it. */
export interface Told {
  readonly request: string
  readonly outcome: string | null
  /** Who sees each message that answers it: `ada`, or `all`. */
  readonly messages: readonly string[]
  /** Those of them that still say that something is under way. */
  readonly busy: number
}

/** What the daemon's database says, read beside it. */
export class Ledger {
  private readonly db: Db

  constructor(folder: string) {
    this.db = new Sqlite(join(folder, 'state.db'), { readonly: true })
  }

  state(): State {
    return new SqliteStore(this.db).state()
  }

  /** The requests with their answers, the oldest first. Each was made in a place of its own. */
  told(): readonly Told[] {
    const requests = this.db
      .prepare<[], { event_key: string; request: string; outcome: string | null }>('SELECT * FROM inbox ORDER BY rowid')
      .all()
    return requests.map(({ event_key, request, outcome }) => {
      const place = event_key.slice(event_key.indexOf('say-'))
      const messages = this.messagesIn(place)
      return {
        request: JSON.stringify((JSON.parse(request) as { call: unknown }).call),
        outcome: outcome?.startsWith('op:') === true ? this.endOf(outcome.slice(3)) : outcome,
        messages: messages.map(({ viewer }) => viewer ?? 'all').sort(),
        busy: messages.filter(({ body }) => (JSON.parse(body) as { tone?: string }).tone === 'busy').length,
      }
    })
  }

  /** Messages that are not what they should be yet. */
  undelivered(): number {
    const row = this.db
      .prepare<[], { n: number }>('SELECT count(*) AS n FROM outbox WHERE delivered_version < version')
      .get()
    return row?.n ?? 0
  }

  close(): void {
    this.db.close()
  }

  private messagesIn(place: string): readonly { viewer: string | null; body: string }[] {
    return this.db
      .prepare<[string], { viewer: string | null; body: string }>(
        'SELECT viewer, body FROM console_message WHERE place = ?',
      )
      .all(place)
  }

  private endOf(operation: string): string {
    const row = this.db.prepare<[string], { state: string }>('SELECT state FROM operation WHERE id = ?').get(operation)
    return row?.state ?? 'no operation'
  }
}
