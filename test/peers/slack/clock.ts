/** The platform's time, which a test may move ahead. Milliseconds since 1970. */
export class Clock {
  private ahead = 0
  private last = 0

  now(): number {
    return Date.now() + this.ahead
  }

  pass(milliseconds: number): void {
    this.ahead += milliseconds
  }

  /** `1735689600.000100`: the id of a message in its channel, and when it was said. Never the same twice. */
  timestamp(): string {
    this.last = Math.max(this.last + 1, this.now() * 1000)
    const seconds = Math.floor(this.last / 1_000_000)
    return `${seconds}.${String(this.last % 1_000_000).padStart(6, '0')}`
  }
}
