import type { z } from 'zod'
import type { Clock } from '../../../core/ports.js'
import { DnsApi, type ApiAnswer } from '../api.js'
import { DAY, HOUR, MINUTE, Pace } from '../pace.js'
import { domainsSchema, rrsetsSchema, type Rrset } from './shapes.js'

export interface DesecOptions {
  readonly name: string
  readonly token: string
  /** `https://desec.io/api/v1` */
  readonly url: string
  readonly timeLimitMs: number
  readonly clock: Clock
}

export interface Domain {
  readonly name: string
  readonly minimumTtl: number
}

/** What it writes: without records it removes. */
export interface RrsetEdit {
  readonly subname: string
  readonly type: string
  readonly ttl: number
  readonly records: readonly string[]
}

export const LABEL = 'deSEC'
/** https://desec.readthedocs.io/en/latest/rate-limits.html: writes of one domain; reads; everything of an account. */
const WRITES = [
  { count: 2, burst: 1, windowMs: 1000 },
  { count: 15, burst: 5, windowMs: MINUTE },
  { count: 100, burst: 40, windowMs: HOUR },
  { count: 300, burst: 60, windowMs: DAY },
]
const READS = [
  { count: 10, burst: 5, windowMs: 1000 },
  { count: 50, burst: 20, windowMs: MINUTE },
]
const ACCOUNT = [{ count: 2000, burst: 400, windowMs: DAY }]
const MINUTE_BLOCK = MINUTE

/** deSEC's REST API, as far as we need it. */
export class DesecClient {
  private readonly api: DnsApi
  private readonly reads: Pace
  private readonly account: Pace
  private readonly writes = new Map<string, Pace>()
  /** How many pages a listing had when it was last read. */
  private readonly pageCounts = new Map<string, number>()

  constructor(private readonly options: DesecOptions) {
    const { token, url, timeLimitMs, clock } = options
    const headers = { authorization: `Token ${token}` }
    this.api = new DnsApi({ label: LABEL, url, headers, timeLimitMs, blockMs: MINUTE_BLOCK })
    this.reads = new Pace(READS, clock)
    this.account = new Pace(ACCOUNT, clock)
  }

  /** The domain of this account that is responsible for the name. */
  async domainOf(name: string, signal: AbortSignal): Promise<Domain | null> {
    const [domain] = await this.pages(`/domains/?owns_qname=${encodeURIComponent(name)}`, domainsSchema, signal)
    return domain === undefined ? null : domainFrom(domain)
  }

  /** All of them: one question for however many names, as there are only so many a day. */
  async domains(signal: AbortSignal): Promise<readonly Domain[]> {
    return (await this.pages('/domains/', domainsSchema, signal)).map(domainFrom)
  }

  /** All of a domain, or all of one type. */
  rrsets(domain: string, type: string | null, signal: AbortSignal): Promise<readonly Rrset[]> {
    return this.pages(`/domains/${domain}/rrsets/${type === null ? '' : `?type=${type}`}`, rrsetsSchema, signal)
  }

  /** All or nothing. `POST` takes only what is not there yet. */
  async write(
    method: 'POST' | 'PATCH',
    domain: string,
    edits: readonly RrsetEdit[],
    signal: AbortSignal,
  ): Promise<void> {
    const paces = [this.writesOf(domain), this.account]
    const answer = await this.api.call(method, `/domains/${domain}/rrsets/`, paces, signal, edits)
    if (answer.status < 300) return
    this.demandAuthorized(answer, domain)
    // A domain that is gone, or a record set that others made since we looked.
    const isCollision =
      answer.status === 404 || /same subdomain|conflicting type|unique/i.test(JSON.stringify(answer.json))
    const sentence = isCollision
      ? `${domain} was changed by someone else`
      : `${LABEL} does not take the records of ${domain}`
    throw this.api.refused(
      isCollision ? 'later' : 'never',
      `${method} of ${domain} answered ${answer.status}`,
      sentence,
    )
  }

  writableIn(domain: string): number {
    return Math.max(this.writesOf(domain).readyIn(), this.account.readyIn())
  }

  close(): Promise<void> {
    return this.api.close()
  }

  /** From the first page to the last: without `cursor`, more than 500 items are refused. */
  private async pages<T>(path: string, schema: z.ZodType<T[]>, signal: AbortSignal): Promise<readonly T[]> {
    const items: T[] = []
    const expected = this.pageCounts.get(path) ?? 1
    let next: string | null = `${path}${path.includes('?') ? '&' : '?'}cursor=`
    for (let count = 1; next !== null; count += 1) {
      this.pageCounts.set(path, count)
      const inRow = Math.max(1, expected - count + 1)
      const answer = await this.api.call('GET', next, [this.reads, this.account], signal, undefined, inRow)
      this.demandAuthorized(answer, null)
      const page = schema.safeParse(answer.json)
      if (answer.status !== 200 || !page.success) {
        throw this.api.refused(
          'later',
          `GET ${path} answered ${answer.status}`,
          `${LABEL} gives an answer that we do not know`,
        )
      }
      items.push(...page.data)
      next = nextPage(answer.link, this.options.url)
    }
    return items
  }

  private demandAuthorized({ status }: ApiAnswer, domain: string | null): void {
    if (status === 401) throw this.api.refused('never', 'answered 401', `${LABEL} does not know our token`)
    if (status !== 403) return
    const what = domain === null ? 'read' : `change ${domain}`
    throw this.api.refused('never', `answered 403 (${what})`, `${LABEL} does not let our token ${what}`)
  }

  private writesOf(domain: string): Pace {
    const known = this.writes.get(domain)
    if (known !== undefined) return known
    const pace = new Pace(WRITES, this.options.clock)
    this.writes.set(domain, pace)
    return pace
  }
}

function domainFrom({ name, minimum_ttl }: z.output<typeof domainsSchema>[number]): Domain {
  return { name, minimumTtl: minimum_ttl }
}

/** The path below the API's address; a link that leads elsewhere would take our token there. */
function nextPage(link: string, url: string): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1]
  if (next === undefined) return null
  const base = new URL(`${url.replace(/\/+$/, '')}/`)
  const { pathname, search } = new URL(next)
  return `/${pathname.slice(base.pathname.length)}${search}`
}
