import { budgetOf, limitSentence, type CertificateBudget, type SeenCertificate } from '../core/certificates.js'
import { awaitedOf, hostsOf, servedAt } from '../core/hosts.js'
import type { Announcer, CertificateLedger, CertificateLook, Clock, Store } from '../core/ports.js'
import type { Sandbox } from '../core/sandbox.js'
import type { NameWatch } from './name-watch.js'
import type { Schedule } from './queue.js'

export interface CertificateWatchParts {
  readonly store: Store
  readonly names: NameWatch
  readonly look: CertificateLook
  readonly ledger: CertificateLedger
  readonly announcer: Pick<Announcer, 'sandboxChanged' | 'noticed'>
  readonly clock: Clock
  /** By which the authority counts. */
  readonly registeredDomain: (host: string) => string
  readonly settings: CertificateSettings
  readonly schedule: Schedule
  readonly log: (level: 'warn', message: string, details: Record<string, unknown>) => void
}

export interface CertificateSettings {
  /** False: all is plain HTTP, and there is nothing to see. */
  readonly isOn: boolean
  /** Whether the authority is a public one: then DNS has to be right, and there is a limit. */
  readonly isPublic: boolean
  /** New certificates of one registered domain in seven days; 0: no limit. */
  readonly perWeek: number
  /** The names that one wildcard certificate covers, `*.box.example.com`; null: none does. */
  readonly wildcard: string | null
}

const HOUR_MS = 3_600_000
/** One that is right is looked at again after this long. */
const RIGHT_MS = 6 * HOUR_MS
/** The first wait for one that is not there; it doubles. */
const FIRST_MS = 5_000
/** Let's Encrypt takes five failed validations of a host name an hour; visitors must not use them up: 1, 4, 16 minutes apart. */
const TRY_AGAIN_MS = 60_000
/** Looks in vain before its owner is told: after about 20 minutes. */
const PATIENCE = 9
const AT_ONCE = 4
const SOON_MS = 500

interface Known {
  readonly seen: SeenCertificate
  readonly at: number
  /** Looks in a row that saw none. */
  readonly misses: number
}

/** The certificates of all host names: what is seen of them, and who may have one. */
export class CertificateWatch {
  private readonly known = new Map<string, Known>()
  private isLooking = false
  private isClosed = false
  private callOff: (() => void) | null = null
  private readonly tries = new Map<string, readonly number[]>()

  constructor(private readonly parts: CertificateWatchParts) {}

  /** What was seen last; null: nobody has looked. */
  last(host: string): SeenCertificate | null {
    return this.known.get(host)?.seen ?? null
  }

  /** Something was published: looks a moment later. */
  soon(): void {
    this.callOff?.()
    this.callOff = this.parts.schedule(SOON_MS, () => void this.pass())
  }

  close(): void {
    this.isClosed = true
    this.callOff?.()
  }

  /** Looks at what is due; never throws. What comes while it looks is seen by the next pass. */
  async pass(): Promise<void> {
    if (this.isLooking || this.isClosed || !this.parts.settings.isOn) return
    this.isLooking = true
    try {
      await this.lookAtDue()
    } catch (error) {
      if (!this.isClosed) this.parts.log('warn', 'certificates cannot be looked at', { error })
    } finally {
      this.isLooking = false
    }
  }

  /** Caddy asks before it gets a certificate for a handshake: a host name of ours, to which DNS leads, and within limits. */
  async mayHave(host: string): Promise<boolean> {
    const served = servedAt(host, this.parts.store.state().sandboxes)
    if (served === undefined || !publishedBy(served.sandbox).includes(host)) return false
    // It is in Caddy's storage: DNS that fails just now must not take it away.
    if (this.isIssued(host)) return true
    const tries = this.triesOf(host)
    const last = tries.at(-1)
    const isTooSoon = last !== undefined && this.now() - last < TRY_AGAIN_MS * 4 ** (tries.length - 1)
    if (isTooSoon || this.budget(host).nextAt !== null) return false
    if ((await this.parts.names.look(host)).state !== 'here') return false
    this.tries.set(host, [...tries, this.now()])
    return true
  }

  /** How much of the limit is used that the host names of a new sandbox would count against. */
  budget(host: string): CertificateBudget {
    const { ledger, clock, registeredDomain, settings } = this.parts
    const isCounted = settings.isPublic && !this.isCovered(host)
    return budgetOf(registeredDomain(host), ledger.issued(), isCounted ? settings.perWeek : 0, clock.now())
  }

  /** What its person should know at the end of a create; null where there is nothing. */
  remark(sandbox: Sandbox): string | null {
    return limitSentence(this.budget(sandbox.host))
  }

  private async lookAtDue(): Promise<void> {
    const due = this.parts.store
      .state()
      .sandboxes.flatMap((sandbox) => publishedBy(sandbox).map((host) => ({ sandbox, host })))
      .filter(({ host }) => this.isDue(host))
    for (let at = 0; at < due.length && !this.isClosed; at += AT_ONCE) {
      await Promise.all(due.slice(at, at + AT_ONCE).map(({ sandbox, host }) => this.lookAt(sandbox, host)))
    }
  }

  private async lookAt(sandbox: Sandbox, host: string): Promise<void> {
    const former = this.known.get(host)
    const seen = await this.parts.look.see(host)
    if (this.isClosed) return
    const misses = seen.state === 'right' ? 0 : (former?.misses ?? 0) + 1
    this.known.set(host, { seen, at: this.now(), misses })
    if (seen.state === 'right') this.noteIssued(host, seen.since, seen.until)
    if (JSON.stringify(former?.seen) !== JSON.stringify(seen)) this.parts.announcer.sandboxChanged(sandbox.id)
    const reason = faultOf(seen)
    if (reason !== null && (misses === PATIENCE || former?.seen.state === 'right')) {
      this.parts.announcer.noticed(sandbox.id, { notice: 'certificate', host, reason })
    }
  }

  private noteIssued(host: string, since: Date, until: Date): void {
    if (!this.parts.settings.isPublic || this.isCovered(host)) return
    const { ledger, registeredDomain } = this.parts
    const known = ledger.issued().find((one) => one.host === host)
    if (known?.until.getTime() === until.getTime()) return
    ledger.note({ host, domain: registeredDomain(host), since, until })
  }

  private isDue(host: string): boolean {
    const known = this.known.get(host)
    if (known === undefined) return true
    const wait = known.seen.state === 'right' ? RIGHT_MS : Math.min(FIRST_MS * 2 ** (known.misses - 1), RIGHT_MS)
    return this.now() - known.at >= wait
  }

  private isIssued(host: string): boolean {
    const now = this.now()
    return this.parts.ledger.issued().some((one) => one.host === host && one.until.getTime() > now)
  }

  private isCovered(host: string): boolean {
    const { wildcard } = this.parts.settings
    return wildcard !== null && `*${host.slice(host.indexOf('.'))}` === wildcard
  }

  private triesOf(host: string): readonly number[] {
    return (this.tries.get(host) ?? []).filter((at) => this.now() - at < HOUR_MS)
  }

  private now(): number {
    return this.parts.clock.now().getTime()
  }
}

/** The host names that Caddy serves. */
function publishedBy(sandbox: Sandbox): readonly string[] {
  if (sandbox.phase === 'deleting') return []
  const awaited = awaitedOf(sandbox)
  return hostsOf(sandbox)
    .map(({ host }) => host)
    .filter((host) => !awaited.includes(host))
}

/** What its owner has to know; null where all is well, or nobody answers at all, which others tell. */
function faultOf(seen: SeenCertificate): string | null {
  switch (seen.state) {
    case 'none':
      return 'none could be obtained so far'
    case 'wrong':
      return `its certificate ${seen.why}`
    case 'right':
    case 'unknown':
      return null
  }
}
