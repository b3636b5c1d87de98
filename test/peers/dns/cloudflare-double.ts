import { randomBytes } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../../../src/core/ip.js'
import type { Clock } from '../../../src/core/ports.js'
import { ApiDouble, type ApiReply, type ApiRequest } from './api-double.js'
import { Throttle } from './throttle.js'

export interface CfRecord {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly content: string
  readonly ttl: number
  readonly proxied: boolean
  readonly comment: string | null
}

interface Zone {
  readonly id: string
  readonly name: string
  records: readonly CfRecord[]
}

/** What a token may do, as the dashboard words it. */
export interface Scopes {
  readonly zoneRead: boolean
  readonly dns: 'none' | 'read' | 'edit'
}

const BLOCK_MS = 5 * 60_000
const REQUESTS = [{ count: 1200, windowMs: BLOCK_MS }]
const MOST_ZONES = 50
const MOST_RECORDS = 5000
const MOST_OPERATIONS = 200
const LONGEST_COMMENT = 100

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** Cloudflare's API with its rules: pages, batches in one transaction and order, scopes, and five minutes of silence. */
export class CloudflareDouble extends ApiDouble {
  readonly token = 'Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY'
  scopes: Scopes = { zoneRead: true, dns: 'edit' }
  private isRevoked = false
  private readonly zones: Zone[] = []
  private readonly throttle: Throttle
  private blockedUntil = 0

  constructor(private readonly clock: Clock) {
    super('/client/v4')
    this.throttle = new Throttle(REQUESTS, clock)
  }

  addZone(name: string): void {
    this.zones.push({ id: newId(), name, records: [] })
  }

  records(zone: string): readonly CfRecord[] {
    return this.zoneNamed(zone).records
  }

  /** Somebody else's hand. */
  put(zone: string, name: string, type: string, content: string): void {
    const found = this.zoneNamed(zone)
    const record = {
      id: newId(),
      name,
      type,
      content: content.replace(/\.$/, ''),
      ttl: 1,
      proxied: false,
      comment: null,
    }
    found.records = [...found.records, record]
  }

  protected revoke(): void {
    this.isRevoked = true
  }

  protected answer(request: ApiRequest): ApiReply {
    const now = this.clock.now().getTime()
    const wait = now < this.blockedUntil ? this.blockedUntil - now : this.throttle.pass() > 0 ? BLOCK_MS : 0
    if (wait > 0) {
      this.blockedUntil = now + wait
      const json = envelope(null, [{ code: 971, message: 'Please wait and consider throttling your request speed' }])
      return { status: 429, json, headers: { 'retry-after': String(Math.ceil(wait / 1000)) } }
    }
    try {
      return this.routed(request)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { status: error.status, json: envelope(null, [{ code: error.code, message: error.message }]) }
    }
  }

  private routed(request: ApiRequest): ApiReply {
    this.authorize(request)
    if (request.method === 'GET' && request.path === '/zones') return this.listZones(request)
    const [, id, batch] = /^\/zones\/([0-9a-f]{32})\/dns_records(\/batch)?$/.exec(request.path) ?? []
    if (id === undefined) throw new Refusal(400, 7003, `Could not route to ${request.path}`)
    const zone = this.zones.find((one) => one.id === id)
    if (zone === undefined || this.scopes.dns === 'none') throw new Refusal(403, 10_000, 'Authentication error')
    if (request.method === 'GET' && batch === undefined) return this.listRecords(zone, request)
    if (request.method !== 'POST' || batch === undefined) throw new Refusal(405, 10_405, 'Method not allowed')
    if (this.scopes.dns !== 'edit') throw new Refusal(403, 10_000, 'Authentication error')
    return this.batch(zone, request.body as Record<string, readonly Partial<CfRecord>[]>)
  }

  private authorize({ authorization }: ApiRequest): void {
    if (!/^Bearer [\w-]{40}$/.test(authorization)) throw new Refusal(400, 6003, 'Invalid request headers')
    if (authorization !== `Bearer ${this.token}` || this.isRevoked) throw new Refusal(403, 9109, 'Invalid access token')
  }

  private listZones({ query }: ApiRequest): ApiReply {
    if (!this.scopes.zoneRead) return page([], query, MOST_ZONES)
    const permissions = ['#zone:read', ...permissionsOf(this.scopes)]
    const zones = this.zones.map(({ id, name }) => ({
      id,
      name,
      status: 'active',
      name_servers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
      permissions,
    }))
    return page(zones, query, MOST_ZONES)
  }

  private listRecords(zone: Zone, { query }: ApiRequest): ApiReply {
    const type = query.get('type')
    const found = zone.records.filter((record) => type === null || record.type === type)
    return page(
      found.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      query,
      MOST_RECORDS,
    )
  }

  /** One transaction: the first thing that is wrong leaves all as it was. */
  private batch(
    zone: Zone,
    { deletes = [], patches = [], posts = [] }: Record<string, readonly Partial<CfRecord>[]>,
  ): ApiReply {
    if (deletes.length + patches.length + posts.length > MOST_OPERATIONS)
      throw new Refusal(400, 9300, 'Too many operations')
    let records = zone.records
    for (const { id } of deletes) {
      if (!records.some((one) => one.id === id)) throw new Refusal(404, 81_044, 'Record does not exist.')
      records = records.filter((one) => one.id !== id)
    }
    for (const { id, ...change } of patches) {
      const former = records.find((one) => one.id === id)
      if (former === undefined) throw new Refusal(404, 81_044, 'Record does not exist.')
      const others = records.filter((one) => one.id !== id)
      records = [...others, checked({ ...former, ...change }, zone, others)]
    }
    for (const post of posts) {
      const fresh = { ttl: 1, proxied: false, comment: null, name: '', type: '', content: '', ...post, id: newId() }
      records = [...records, checked(fresh, zone, records)]
    }
    zone.records = records
    return { status: 200, json: envelope({ deletes, patches, posts, puts: [] }) }
  }

  private zoneNamed(name: string): Zone {
    const zone = this.zones.find((one) => one.name === name)
    if (zone === undefined) throw new Error(`no zone ${name}`)
    return zone
  }
}

function checked(record: CfRecord, zone: Zone, others: readonly CfRecord[]): CfRecord {
  const { type, ttl, comment, proxied } = record
  const name = record.name.toLowerCase()
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) throw new Refusal(400, 9000, 'DNS name is invalid.')
  if (type === 'A' && !isIPv4(record.content))
    throw new Refusal(400, 9005, 'Content for A record must be a valid IPv4 address.')
  if (type === 'AAAA' && !isIPv6(record.content))
    throw new Refusal(400, 9006, 'Content for AAAA record must be a valid IPv6 address.')
  if (ttl !== 1 && (ttl < 60 || ttl > 86_400))
    throw new Refusal(400, 9021, 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.')
  if (proxied && !['A', 'AAAA', 'CNAME'].includes(type))
    throw new Refusal(400, 9004, 'This record type cannot be proxied.')
  if ((comment ?? '').length > LONGEST_COMMENT) throw new Refusal(400, 9300, 'Comment is too long.')
  const content = type === 'AAAA' ? canonicalAddress(record.content) : record.content
  const beside = others.filter((one) => one.name === name)
  if (beside.some((one) => one.type === type && one.content === content)) {
    throw new Refusal(400, 81_058, 'An identical record already exists.')
  }
  if (type !== 'CNAME' && beside.some((one) => one.type === 'CNAME')) {
    throw new Refusal(400, 81_054, 'A CNAME record with that host already exists.')
  }
  if (type === 'CNAME' && beside.length > 0) {
    throw new Refusal(400, 81_053, 'An A, AAAA, or CNAME record with that host already exists.')
  }
  return { ...record, name, content, ttl: proxied ? 1 : ttl }
}

function permissionsOf({ dns }: Scopes): readonly string[] {
  if (dns === 'none') return []
  return dns === 'edit' ? ['#dns_records:read', '#dns_records:edit'] : ['#dns_records:read']
}

function page(items: readonly unknown[], query: URLSearchParams, most: number): ApiReply {
  const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)]
  if (size < 5 || size > most) throw new Refusal(400, 1005, 'per_page is out of range')
  const result = items.slice((number - 1) * size, number * size)
  const info = {
    page: number,
    per_page: size,
    count: result.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / size),
  }
  return { status: 200, json: { ...envelope(result), result_info: info } }
}

function envelope(result: unknown, errors: readonly { code: number; message: string }[] = []): Record<string, unknown> {
  return { success: errors.length === 0, errors, messages: [], result }
}

function newId(): string {
  return randomBytes(16).toString('hex')
}
