import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../../../src/core/ip.js'
import type { Clock } from '../../../src/core/ports.js'
import { ApiDouble, type ApiReply, type ApiRequest } from './api-double.js'
import { Throttle } from './throttle.js'

export interface DesecRrset {
  readonly subname: string
  readonly type: string
  readonly ttl: number
  readonly records: readonly string[]
}

interface Domain {
  readonly name: string
  readonly minimumTtl: number
  rrsets: readonly DesecRrset[]
  readonly writes: Throttle
}

const PAGE = 500
const MOST_TTL = 604_800
const MINUTE = 60_000
const WRITES = [
  { count: 2, windowMs: 1000 },
  { count: 15, windowMs: MINUTE },
  { count: 100, windowMs: 60 * MINUTE },
  { count: 300, windowMs: 24 * 60 * MINUTE },
]
const READS = [
  { count: 10, windowMs: 1000 },
  { count: 50, windowMs: MINUTE },
]
const ACCOUNT = [{ count: 2000, windowMs: 24 * 60 * MINUTE }]

/** deSEC's API with its rules: pages of 500 by cursor, atomic arrays, least TTL, policies of tokens, write limits. */
export class DesecDouble extends ApiDouble {
  readonly token = 'i-T3b1h_OI-H9ab8tRS98stGtURe'
  /** Domains that the token may not change; `all` where it is unknown by now. */
  locked: 'all' | ReadonlySet<string> = new Set()
  private readonly domains = new Map<string, Domain>()
  private readonly reads: Throttle
  private readonly account: Throttle

  constructor(private readonly clock: Clock) {
    super('/api/v1')
    this.reads = new Throttle(READS, clock)
    this.account = new Throttle(ACCOUNT, clock)
  }

  addDomain(name: string, minimumTtl = 3600): void {
    const ns = { subname: '', type: 'NS', ttl: 3600, records: ['ns1.desec.io.', 'ns2.desec.org.'] }
    this.domains.set(name, { name, minimumTtl, rrsets: [ns], writes: new Throttle(WRITES, this.clock) })
  }

  rrsets(domain: string): readonly DesecRrset[] {
    return this.domains.get(domain)?.rrsets ?? []
  }

  /** Somebody's else's hand. */
  put(domain: string, rrset: DesecRrset): void {
    const found = this.domains.get(domain)
    if (found === undefined) throw new Error(`no domain ${domain}`)
    found.rrsets = [...found.rrsets.filter((one) => keyOf(one) !== keyOf(rrset)), rrset]
  }

  protected revoke(): void {
    this.locked = 'all'
  }

  protected answer(request: ApiRequest): ApiReply {
    if (request.authorization !== `Token ${this.token}` || this.locked === 'all') {
      return { status: 401, json: { detail: 'Invalid token.' } }
    }
    const wait = this.account.pass()
    if (wait > 0) return throttled(wait)
    const [, domain] = /^\/domains\/([^/]+)\/rrsets\/$/.exec(request.path) ?? []
    if (request.method === 'GET') {
      const pause = this.reads.pass()
      if (pause > 0) return throttled(pause)
      if (request.path === '/domains/') return this.listDomains(request)
      return domain === undefined ? notFound : this.listRrsets(domain, request)
    }
    return domain === undefined ? notFound : this.write(domain, request)
  }

  private listDomains({ query }: ApiRequest): ApiReply {
    const qname = query.get('owns_qname')
    if (qname !== null && (qname !== qname.toLowerCase() || qname.endsWith('.') || qname.includes('*'))) {
      return { status: 400, json: { owns_qname: ['Enter a valid name.'] } }
    }
    const all = [...this.domains.values()]
    const responsible = all
      .filter(({ name }) => qname !== null && (qname === name || qname.endsWith(`.${name}`)))
      .sort((a, b) => b.name.length - a.name.length)
    const found = qname === null ? all : responsible.slice(0, 1)
    return this.page(
      found.map(({ name, minimumTtl }) => ({ name, minimum_ttl: minimumTtl, published: null })),
      query,
      '/domains/',
    )
  }

  private listRrsets(name: string, { query, path }: ApiRequest): ApiReply {
    const domain = this.domains.get(name)
    if (domain === undefined) return notFound
    const type = query.get('type')
    const found = domain.rrsets.filter((one) => type === null || one.type === type)
    return this.page(
      found.map((one) => ({ ...one, domain: name, name: one.subname === '' ? `${name}.` : `${one.subname}.${name}.` })),
      query,
      path,
    )
  }

  private page(items: readonly unknown[], query: URLSearchParams, path: string): ApiReply {
    if (items.length <= PAGE) return { status: 200, json: items }
    const link = (rel: string, cursor: string): string => {
      const other = new URLSearchParams(query)
      other.set('cursor', cursor)
      return `<${this.url}${path}?${other.toString()}>; rel="${rel}"`
    }
    const cursor = query.get('cursor')
    const first = link('first', '')
    if (cursor === null) {
      return { status: 400, json: { detail: 'Pagination required.' }, headers: { link: first } }
    }
    const from = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64url').toString())
    const rest =
      from + PAGE < items.length ? [link('next', Buffer.from(String(from + PAGE)).toString('base64url'))] : []
    return { status: 200, json: items.slice(from, from + PAGE), headers: { link: [first, ...rest].join(', ') } }
  }

  private write(name: string, { method, body }: ApiRequest): ApiReply {
    const domain = this.domains.get(name)
    if (domain === undefined) return notFound
    const wait = domain.writes.pass()
    if (wait > 0) return throttled(wait)
    if (this.locked !== 'all' && this.locked.has(name)) {
      return { status: 403, json: { detail: 'Insufficient token policies.' } }
    }
    if (!Array.isArray(body)) return { status: 400, json: { non_field_errors: ['Expected a list of items.'] } }
    const edits = body as readonly DesecRrset[]
    const errors = edits.map((edit) => errorOf(edit, edits, domain, method))
    if (errors.some((error) => Object.keys(error).length > 0)) return { status: 400, json: errors }
    const touched = new Set(edits.map(keyOf))
    const kept = domain.rrsets.filter((one) => !touched.has(keyOf(one)))
    const written = edits.filter(({ records }) => records.length > 0).map(canonical)
    domain.rrsets = [...kept, ...written]
    return { status: method === 'POST' ? 201 : 200, json: written }
  }
}

const notFound: ApiReply = { status: 404, json: { detail: 'Not found.' } }

function throttled(waitMs: number): ApiReply {
  const seconds = Math.ceil(waitMs / 1000)
  const json = { detail: `Request was throttled. Expected available in ${seconds} seconds.` }
  return { status: 429, json, headers: { 'retry-after': String(seconds) } }
}

/** What the first stage of validation says of one part of an array; empty: nothing. */
function errorOf(
  edit: DesecRrset,
  all: readonly DesecRrset[],
  domain: Domain,
  method: string,
): Record<string, unknown> {
  const { subname, type, ttl, records } = edit
  const there = domain.rrsets.find((one) => keyOf(one) === keyOf(edit))
  if (!/^(\*|[a-z0-9_-]+)?(\.[a-z0-9_-]+)*$/.test(subname) || subname.length > 178) return { subname: ['Invalid.'] }
  if (!/^[A-Z]+$/.test(type) || type === 'SOA') return { type: ['You cannot tinker with that RRset.'] }
  if (!Array.isArray(records)) return { records: ['This field is required.'] }
  if (typeof ttl !== 'number' || ttl > MOST_TTL) return { ttl: ['A valid integer is required.'] }
  if (ttl < domain.minimumTtl) {
    return { ttl: [`Ensure this value is greater than or equal to ${domain.minimumTtl}.`] }
  }
  if (all.filter((one) => keyOf(one) === keyOf(edit)).length > 1) {
    return { non_field_errors: ['Same subname and type as in other positions, but must be unique.'] }
  }
  if (method === 'POST' && (there !== undefined || records.length === 0)) {
    return { non_field_errors: ['Another RRset with the same subdomain and type exists for this domain.'] }
  }
  if (!records.every((record) => isValid(type, record))) return { records: ['Record content malformed.'] }
  const others = domain.rrsets.filter((one) => one.subname === subname && (one.type === 'CNAME') !== (type === 'CNAME'))
  const stay = others.filter((one) => !all.some((part) => keyOf(part) === keyOf(one) && part.records.length === 0))
  if (records.length > 0 && stay.length > 0) {
    return { non_field_errors: [`RRset with conflicting type present: database (${stay[0]?.type}).`] }
  }
  return {}
}

function isValid(type: string, record: string): boolean {
  switch (type) {
    case 'A':
      return isIPv4(record)
    case 'AAAA':
      return isIPv6(record)
    case 'TXT':
      return /^"([^"\\]|\\.)*"( "([^"\\]|\\.)*")*$/.test(record)
    default:
      return true
  }
}

function canonical(rrset: DesecRrset): DesecRrset {
  const records = rrset.type === 'AAAA' ? rrset.records.map(canonicalAddress) : rrset.records
  // Not in the order in which they came.
  return { ...rrset, records: records.toSorted().toReversed() }
}

function keyOf({ subname, type }: { readonly subname: string; readonly type: string }): string {
  return `${subname} ${type}`
}
