import type { Clock } from '../../../src/core/ports.js'

/** Sliding windows, all at once, as deSEC counts: a request that is refused counts in none of them. */
export class Throttle {
  private readonly histories: number[][]

  constructor(
    private readonly limits: readonly { readonly count: number; readonly windowMs: number }[],
    private readonly clock: Clock,
  ) {
    this.histories = limits.map(() => [])
  }

  /** Milliseconds to wait; 0 where it may pass, and has been counted. */
  pass(): number {
    const now = this.clock.now().getTime()
    for (const [index, { count, windowMs }] of this.limits.entries()) {
      const history = (this.histories[index] ?? []).filter((at) => at > now - windowMs)
      this.histories[index] = history
      if (history.length >= count) return windowMs - (now - (history[0] ?? now))
    }
    for (const history of this.histories) history.push(now)
    return 0
  }
}
