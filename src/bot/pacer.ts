import type { Budget } from './chat.js'

const MINUTE_MS = 60_000
/** What is edited again and again may take so much of a budget; the rest is for what must be said. */
const LIVE_SHARE = 0.6

/** Keeps deliveries within a platform's limits: at most so many in any minute. Times are milliseconds. */
export class Pacer {
  /** By key: when something was sent within the last minute, the oldest first. */
  private readonly sent = new Map<string, number[]>()

  /** How long one more delivery must wait; 0 for not at all. */
  wait(budgets: readonly Budget[], isLive: boolean, now: number): number {
    const waits = budgets.map(({ key, perMinute }) => {
      const most = Math.max(1, Math.floor(perMinute * (isLive ? LIVE_SHARE : 1)))
      const recent = this.recent(key, now)
      const blocking = recent.at(-most)
      return recent.length < most || blocking === undefined ? 0 : blocking + MINUTE_MS - now
    })
    return Math.max(0, ...waits)
  }

  take(budgets: readonly Budget[], now: number): void {
    for (const { key } of budgets) this.recent(key, now).push(now)
  }

  private recent(key: string, now: number): number[] {
    const times = this.sent.get(key) ?? []
    const fresh = times.findIndex((time) => time > now - MINUTE_MS)
    times.splice(0, fresh === -1 ? times.length : fresh)
    this.sent.set(key, times)
    return times
  }
}
