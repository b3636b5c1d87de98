import type { IssuedCertificate } from '../../core/certificates.js'
import type { CertificateLedger, Clock } from '../../core/ports.js'
import type { Db } from './database.js'
import { writing } from './disk-trouble.js'

interface Row {
  readonly host: string
  readonly domain: string
  readonly since: number
  readonly until: number
}

const WEEK_MS = 7 * 24 * 3_600_000

/** A renewal moves the end and not the beginning: authorities do not count it. */
export class SqliteCertificates implements CertificateLedger {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
  ) {}

  issued(): readonly IssuedCertificate[] {
    const now = this.clock.now().getTime()
    return this.db
      .prepare<[number, number], Row>('SELECT * FROM certificate WHERE until > ? OR since > ? ORDER BY since, host')
      .all(now, now - WEEK_MS)
      .map((row) => ({ ...row, since: new Date(row.since), until: new Date(row.until) }))
  }

  note({ host, domain, since, until }: IssuedCertificate): void {
    const now = this.clock.now().getTime()
    const isKnown = this.issued().some((one) => one.host === host && one.until.getTime() > now)
    const statement = this.db.prepare(
      `INSERT INTO certificate (host, domain, since, until) VALUES (@host, @domain, @since, @until)
       ON CONFLICT DO UPDATE SET domain = @domain, until = @until ${isKnown ? '' : ', since = @since'}`,
    )
    writing(() => statement.run({ host, domain, since: since.getTime(), until: until.getTime() }))
  }
}
