import type { z } from 'zod'
import type { InfraError } from '../../../core/errors.js'
import type { Clock } from '../../../core/ports.js'
import { DnsApi, type ApiAnswer } from '../api.js'
import { MINUTE, Pace } from '../pace.js'
import {
  envelopeSchema,
  recordSchema,
  zoneSchema,
  type CloudflareRecord,
  type CloudflareZone,
  type Envelope,
} from './shapes.js'

export interface CloudflareOptions {
  readonly name: string
  readonly token: string
  /** `https://api.cloudflare.com/client/v4` */
  readonly url: string
  /** Whether host names go through Cloudflare's proxy where that breaks nothing. */
  readonly proxied: boolean
  readonly timeLimitMs: number
  readonly clock: Clock
}

/** Some with an id of a record that is there: `deletes` and `patches`; `posts` are new. Executed in this order. */
export interface Batch {
  readonly deletes: readonly { readonly id: string }[]
  readonly patches: readonly (RecordFields & { readonly id: string })[]
  readonly posts: readonly RecordFields[]
}

export interface RecordFields {
  readonly name: string
  readonly type: string
  readonly content: string
  readonly ttl: number
  readonly proxied: boolean
  readonly comment: string
}

export const LABEL = 'Cloudflare'
/** 1,200 requests in five minutes, then none for five: https://developers.cloudflare.com/fundamentals/api/reference/limits/ */
const REQUESTS = [{ count: 1200, burst: 200, windowMs: 5 * MINUTE }]
const BLOCK_MS = 5 * MINUTE
/** The most that each listing gives at once. */
const ZONES_A_PAGE = 50
const RECORDS_A_PAGE = 1000
/** The operations that the smallest plan takes in one batch. */
export const BATCH_SIZE = 200

/** A token that is wrong, and one that lacks a right: "not found" is neither. */
const BAD_TOKEN = [1000, 6003, 6111, 9103, 9109, 10_000]
/** Somebody made the record, or one that excludes it, since we looked; or removed the one that we meant. */
const COLLISIONS = [81_044, 81_053, 81_054, 81_056, 81_057, 81_058]

/** Cloudflare's REST API, as far as we need it. */
export class CloudflareClient {
  private readonly api: DnsApi
  private readonly pace: Pace

  constructor({ token, url, timeLimitMs, clock }: CloudflareOptions) {
    const headers = { authorization: `Bearer ${token}` }
    this.api = new DnsApi({ label: LABEL, url, headers, timeLimitMs, blockMs: BLOCK_MS })
    this.pace = new Pace(REQUESTS, clock)
  }

  /** Every zone that the token sees. */
  zones(signal: AbortSignal): Promise<readonly CloudflareZone[]> {
    return this.pages(`/zones?per_page=${ZONES_A_PAGE}`, zoneSchema, 'list zones', signal)
  }

  /** All of a zone, or all of one type. */
  records(zone: CloudflareZone, type: string | null, signal: AbortSignal): Promise<readonly CloudflareRecord[]> {
    const filter = `per_page=${RECORDS_A_PAGE}&order=name&direction=asc${type === null ? '' : `&type=${type}`}`
    return this.pages(
      `/zones/${zone.id}/dns_records?${filter}`,
      recordSchema,
      `read the records of ${zone.name}`,
      signal,
    )
  }

  /** One transaction. */
  async batch(zone: Pick<CloudflareZone, 'id' | 'name'>, batch: Batch, signal: AbortSignal): Promise<void> {
    const answer = await this.api.call('POST', `/zones/${zone.id}/dns_records/batch`, [this.pace], signal, batch)
    const envelope = this.open(answer, `change records of ${zone.name}`)
    if (!envelope.success) throw this.refusal(answer, envelope, `change records of ${zone.name}`)
  }

  readyIn(): number {
    return this.pace.readyIn()
  }

  close(): Promise<void> {
    return this.api.close()
  }

  private async pages<T>(path: string, schema: z.ZodType<T>, act: string, signal: AbortSignal): Promise<readonly T[]> {
    const items: T[] = []
    for (let page = 1; ; page += 1) {
      const answer = await this.api.call('GET', `${path}&page=${page}`, [this.pace], signal)
      const envelope = this.open(answer, act)
      if (!envelope.success) throw this.refusal(answer, envelope, act)
      const found = schema.array().safeParse(envelope.result)
      if (!found.success) throw this.strange(answer, act)
      items.push(...found.data)
      const { total_pages: pages, total_count: total } = envelope.result_info ?? { total_pages: 1, total_count: -1 }
      if (page < pages) continue
      // What came or went meanwhile may have slipped from one page to another.
      if (total !== -1 && total !== items.length) throw this.strange(answer, act)
      return items
    }
  }

  private open(answer: ApiAnswer, act: string): Envelope {
    const envelope = envelopeSchema.safeParse(answer.json)
    if (!envelope.success) throw this.strange(answer, act)
    return envelope.data
  }

  private refusal({ status }: ApiAnswer, { errors }: Envelope, act: string): InfraError {
    const codes = errors.map(({ code }) => code)
    const what = `${act}: answered ${status} with ${codes.join(', ')}`
    if (status === 401 || status === 403 || codes.some((code) => BAD_TOKEN.includes(code))) {
      return this.api.refused('never', what, `${LABEL} does not let our token ${act}`)
    }
    if (status === 404 || codes.some((code) => COLLISIONS.includes(code))) {
      return this.api.refused('later', what, `the zone at ${LABEL} was changed by someone else`)
    }
    return this.api.refused('never', what, `${LABEL} refuses to ${act}`)
  }

  private strange({ status }: ApiAnswer, act: string): InfraError {
    return this.api.refused(
      'later',
      `${act}: answered ${status} in a form that we do not know`,
      `${LABEL} gives no good answer`,
    )
  }
}
