import type { Clock } from './clock.js'
import { tooMany } from './refusal.js'

interface Bucket {
  until: number
  left: number
}

/** What is seen of the real ones, which are not written down: a few per channel, a few per token, 50 a second in all. */
const rules: readonly (readonly [route: RegExp, most: number, windowMs: number])[] = [
  [/^POST \/channels\/(\d+)\/messages$/, 5, 5000],
  [/^PATCH \/channels\/(\d+)\/messages\/\d+$/, 5, 5000],
  [/^(?:POST|PATCH|DELETE) \/webhooks\/\d+\/([^/]+)/, 5, 2000],
]
const GLOBAL_MOST = 50

/** Buckets by route and channel, the global one, and what a test forbids for a while. */
export class RateLimits {
  /** How many requests were refused with 429. */
  refused = 0
  /** False: no limit but those that a test forces. */
  isOn = true
  private readonly buckets = new Map<string, Bucket>()
  private readonly forced: { readonly route: RegExp; readonly until: number }[] = []

  constructor(private readonly clock: Clock) {}

  /** 429 for all requests like this one (`PATCH /channels/…`), for so long. */
  force(route: RegExp, milliseconds: number): void {
    this.forced.push({ route, until: this.clock.now() + milliseconds })
  }

  /** Throws 429, or returns the headers of the answer. */
  take(method: string, path: string): Record<string, string> {
    const line = `${method} ${path}`
    const now = this.clock.now()
    const forced = this.forced.find(({ route, until }) => until > now && route.test(line))
    if (forced !== undefined) this.refuse(forced.until - now, 'user', {})
    if (!this.isOn) return {}
    if (!/^\/(interactions|webhooks)\//.test(path)) this.takeGlobal(now)
    const rule = rules.find(([route]) => route.test(line))
    if (rule === undefined) return {}
    const [route, most, windowMs] = rule
    const bucket = this.bucket(`${route.source} ${route.exec(line)?.[1] ?? ''}`, most, windowMs, now)
    const isEmpty = bucket.left === 0
    if (!isEmpty) bucket.left -= 1
    const headers = {
      'x-ratelimit-limit': String(most),
      'x-ratelimit-remaining': String(bucket.left),
      'x-ratelimit-reset': String(bucket.until / 1000),
      'x-ratelimit-reset-after': String((bucket.until - now) / 1000),
      'x-ratelimit-bucket': Buffer.from(route.source).toString('hex').slice(0, 32),
    }
    if (isEmpty) this.refuse(bucket.until - now, 'user', headers)
    return headers
  }

  private takeGlobal(now: number): void {
    const bucket = this.bucket('global', GLOBAL_MOST, 1000, now)
    if (bucket.left === 0) this.refuse(bucket.until - now, 'global', {})
    bucket.left -= 1
  }

  private bucket(key: string, most: number, windowMs: number, now: number): Bucket {
    const known = this.buckets.get(key)
    if (known !== undefined && known.until > now) return known
    const fresh = { until: now + windowMs, left: most }
    this.buckets.set(key, fresh)
    return fresh
  }

  private refuse(milliseconds: number, scope: 'user' | 'global', headers: Record<string, string>): never {
    this.refused += 1
    throw tooMany(milliseconds, scope, headers)
  }
}
