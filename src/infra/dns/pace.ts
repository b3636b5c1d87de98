import type { Clock } from '../../core/ports.js'

/** At most `count` in any `windowMs`; `burst` of them at once, the rest spread evenly. */
export interface Limit {
  readonly count: number
  readonly burst: number
  readonly windowMs: number
}

const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

interface Bucket {
  readonly limit: Limit
  left: number
}

/**
 * Keeps write limits by spreading instead of spending: a bucket of `burst` that refills so slowly that no window ever
 * holds more than `count`. So nobody waits for hours because a busy morning used up the day.
 */
export class Pace {
  private readonly buckets: readonly Bucket[]
  private filledAt: number
  private blockedUntil = 0

  constructor(
    limits: readonly Limit[],
    private readonly clock: Clock,
  ) {
    this.buckets = limits.map((limit) => ({ limit, left: limit.burst }))
    this.filledAt = clock.now().getTime()
  }

  /** Milliseconds until so many more are allowed, one after the other; more than a burst never are. */
  readyIn(count = 1): number {
    const now = this.refill()
    const waits = this.buckets.map(({ limit, left }) => {
      const missing = Math.min(count, limit.burst) - left
      return missing <= 0 ? 0 : Math.ceil(missing / perMs(limit))
    })
    return Math.max(0, this.blockedUntil - now, ...waits)
  }

  take(): void {
    this.refill()
    for (const bucket of this.buckets) bucket.left -= 1
  }

  /** They said so themselves: somebody else uses the same account. */
  block(ms: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, this.clock.now().getTime() + ms)
  }

  private refill(): number {
    const now = this.clock.now().getTime()
    const passed = Math.max(0, now - this.filledAt)
    for (const bucket of this.buckets) {
      bucket.left = Math.min(bucket.limit.burst, bucket.left + passed * perMs(bucket.limit))
    }
    this.filledAt = now
    return now
  }
}

function perMs({ count, burst, windowMs }: Limit): number {
  return (count - burst) / windowMs
}
