import type { Clock } from '../../../core/ports.js'

const REST_MS = 10 * 60_000

/** Things that a group needs to hear once, not each time. */
export class Hints {
  private readonly said = new Map<string, number>()

  constructor(private readonly clock: Clock) {}

  /** True the first time within ten minutes. */
  isDue(what: string): boolean {
    const now = this.clock.now().getTime()
    for (const [key, at] of this.said) if (now - at >= REST_MS) this.said.delete(key)
    if (this.said.has(what)) return false
    this.said.set(what, now)
    return true
  }
}
