import { chainHash, type AuditEntry, type AuditOutcome, type ChainedEntry, type ChainHead } from '../../core/audit.js'
import type { Db } from './database.js'
import { writing } from './disk-trouble.js'

export interface StoredAuditEntry extends AuditEntry {
  readonly seq: number
}

/** What is left out is not asked for. */
export interface AuditFilter {
  readonly person?: string
  readonly sandbox?: string
  readonly command?: string
  readonly outcome?: string
  readonly since?: Date
}

const COLUMNS = 'seq, at, person, identity, command, args, sandbox, place, outcome, operation, detail'

/** What people did. Entries are added and never changed; each is bound to the one before it by a hash. */
export class SqliteAudit {
  constructor(private readonly db: Db) {
    this.chainOlder()
  }

  /** Its number. Within a transaction it is part of that. */
  append(entry: AuditEntry): number {
    return writing(() =>
      this.db.transaction(() => {
        const { seq = 0, hash = '' } = this.head() ?? {}
        const row = { ...rowOf(entry), seq: seq + 1 }
        this.db
          .prepare(
            `INSERT INTO audit (${COLUMNS}, hash)
             VALUES (@seq, @at, @person, @identity, @command, @args, @sandbox, @place, @outcome, @operation, @detail, @hash)`,
          )
          .run({ ...row, hash: chainHash(hash, row) })
        return row.seq
      })(),
    )
  }

  /** The newest first. */
  list(limit: number, filter: AuditFilter = {}): readonly StoredAuditEntry[] {
    const { since, ...same } = filter
    const conditions = Object.keys(same).map((column) => `${column} = @${column}`)
    if (since !== undefined) conditions.push('at >= @since')
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    return this.db
      .prepare<unknown[], ChainedEntry>(`SELECT * FROM audit ${where} ORDER BY seq DESC LIMIT @limit`)
      .all({ ...same, since: since?.getTime() ?? null, limit })
      .map((chained) => {
        const { hash: _, ...row } = chained
        const args = JSON.parse(row.args) as AuditEntry['args']
        return { ...row, at: new Date(row.at), outcome: row.outcome as AuditOutcome, args }
      })
  }

  /** Whether the end of this operation has its entry. */
  hasEnd(operation: string): boolean {
    const statement = this.db.prepare("SELECT 1 FROM audit WHERE operation = ? AND outcome <> 'started'")
    return statement.get(operation) !== undefined
  }

  /** Null where there is no entry yet. */
  head(): ChainHead | null {
    return this.db.prepare<[], ChainHead>('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1').get() ?? null
  }

  /** What was written before there was a chain is taken into it, as it is by now. */
  private chainOlder(): void {
    this.db
      .transaction(() => {
        const chained = this.db.prepare("SELECT 1 FROM audit WHERE hash <> '' LIMIT 1").get()
        if (chained !== undefined) return
        let hash = ''
        for (const entry of this.db.prepare<[], ChainedEntry>('SELECT * FROM audit ORDER BY seq').all()) {
          hash = chainHash(hash, entry)
          this.db.prepare('UPDATE audit SET hash = ? WHERE seq = ?').run(hash, entry.seq)
        }
      })
      .immediate()
  }
}

/** The whole chain as it is stored, from the first entry on. */
export function chainedEntries(db: Db): Iterable<ChainedEntry> {
  return db.prepare<[], ChainedEntry>('SELECT * FROM audit ORDER BY seq').iterate()
}

function rowOf({ at, args, ...entry }: AuditEntry): Omit<ChainedEntry, 'seq' | 'hash'> {
  return { ...entry, at: at.getTime(), args: JSON.stringify(args) }
}
