import type { Db } from './database.js'

/**
 * Reads again only when the database has changed: by another connection (`data_version`), or by this one
 * (`total_changes`, which a change that is rolled back raises too).
 */
export class Snapshot<T> {
  private kept: { readonly version: string; readonly value: T } | null = null

  constructor(
    private readonly db: Db,
    private readonly read: () => T,
  ) {}

  /** In the middle of a transaction it is read anew and not kept, as all of that may be taken back. */
  get(): T {
    if (this.db.inTransaction) return this.read()
    const version = this.version()
    if (this.kept?.version !== version) this.kept = { version, value: this.db.transaction(this.read)() }
    return this.kept.value
  }

  private version(): string {
    const row = this.db.prepare('SELECT data_version, total_changes() FROM pragma_data_version').raw().get()
    return String(row)
  }
}
