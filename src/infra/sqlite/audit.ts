import type { Db } from './database.js'

/** Who did what, and how it ended. What is left out is kept as null, or ''. */
export interface AuditRecord {
  readonly at: Date
  readonly identity: string
  readonly person: string | null
  readonly command: string
  readonly args: Readonly<Record<string, string>>
  readonly outcome: string
  readonly sandbox?: string | null
  readonly place?: string | null
  readonly operation?: string | null
  readonly detail?: string
}

export interface StoredAuditRecord extends Required<AuditRecord> {
  readonly seq: number
}

type Row = Omit<StoredAuditRecord, 'at' | 'args'> & { readonly at: number; readonly args: string }

export class SqliteAudit {
  constructor(private readonly db: Db) {}

  append(entry: AuditRecord): void {
    const { args } = entry
    this.db
      .prepare(
        `INSERT INTO audit (at, person, identity, command, args, sandbox, place, outcome, operation, detail)
         VALUES (@at, @person, @identity, @command, @args, @sandbox, @place, @outcome, @operation, @detail)`,
      )
      .run({
        at: entry.at.getTime(),
        person: entry.person,
        identity: entry.identity,
        command: entry.command,
        args: JSON.stringify(args),
        sandbox: entry.sandbox ?? args['sandbox'] ?? null,
        place: entry.place ?? null,
        outcome: entry.outcome,
        operation: entry.operation ?? null,
        detail: entry.detail ?? '',
      })
  }

  /** The newest first. */
  list(limit: number): readonly StoredAuditRecord[] {
    return this.db
      .prepare<[number], Row>('SELECT * FROM audit ORDER BY seq DESC LIMIT ?')
      .all(limit)
      .map((row) => ({
        ...row,
        at: new Date(row.at),
        args: JSON.parse(row.args) as StoredAuditRecord['args'],
      }))
  }
}
