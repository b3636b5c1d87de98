import type { Db } from './database.js'
import { writing } from './disk-trouble.js'

/** Small things that outlive a restart (the pause switch). Never a secret. */
export class SqliteSavedSettings {
  constructor(private readonly db: Db) {}

  get(key: string): string | null {
    const row = this.db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?').get(key)
    return row?.value ?? null
  }

  set(key: string, value: string): void {
    const statement = this.db.prepare(
      'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    )
    writing(() => statement.run(key, value))
  }
}
