import type { Db } from './database.js'

/**
 * Reads again only when what is read has changed: by another connection (`data_version`), or by `changing` here. What
 * else is written to the database (requests, messages) costs no reading.
 */
export class Snapshot<T> {
  private kept: { readonly version: string; readonly value: T } | null = null
  private changes = 0
  private isChanging = false

  constructor(
    private readonly db: Db,
    private readonly read: () => T,
  ) {}

  /** In the middle of a change it is read anew and not kept, as all of that may be taken back. */
  get(): T {
    if (this.isChanging) return this.read()
    const version = `${this.changes} ${String(this.db.pragma('data_version', { simple: true }))}`
    if (this.kept?.version !== version) this.kept = { version, value: this.db.transaction(this.read)() }
    return this.kept.value
  }

  /** Runs a transaction that changes what is read. */
  changing(run: () => void): void {
    this.isChanging = true
    try {
      run()
    } finally {
      this.isChanging = false
      this.changes += 1
    }
  }
}
