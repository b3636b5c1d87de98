const EPOCH = 1_420_070_400_000

/** The platform's time, which a test may move ahead. Milliseconds since 1970. */
export class Clock {
  private ahead = 0
  private last = 0n

  now(): number {
    return Date.now() + this.ahead
  }

  pass(milliseconds: number): void {
    this.ahead += milliseconds
  }

  iso(): string {
    return new Date(this.now()).toISOString().replace('Z', '000+00:00')
  }

  /** An id that tells when it was made, as Discord's do; never the same twice. */
  snowflake(at = this.now()): string {
    const first = BigInt(at - EPOCH) << 22n
    // What is dated back keeps its date: only within one millisecond ids would meet.
    const id = at < this.now() - 1000 ? first + (++this.backdated % 4096n) : this.last >= first ? this.last + 1n : first
    if (id > this.last) this.last = id
    return id.toString()
  }

  private backdated = 0n
}
