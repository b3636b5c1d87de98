const REMEMBERED = 10_000

/** Counts what happened under a key within a time that moves along. Times are milliseconds. */
export class Attempts {
  private readonly times = new Map<string, number[]>()

  constructor(
    private readonly most: number,
    private readonly withinMs: number,
  ) {}

  /** How long until one more is below the limit; 0 where it is. */
  wait(key: string, now: number): number {
    const recent = this.recent(key, now)
    const blocking = recent.at(-this.most)
    return recent.length < this.most || blocking === undefined ? 0 : blocking + this.withinMs - now
  }

  add(key: string, now: number): void {
    const recent = this.recent(key, now)
    recent.push(now)
    // The keys of those who never came back.
    if (this.times.size >= REMEMBERED) this.forget(now)
    this.times.set(key, recent)
  }

  private recent(key: string, now: number): number[] {
    return (this.times.get(key) ?? []).filter((time) => time > now - this.withinMs)
  }

  private forget(now: number): void {
    for (const key of this.times.keys()) if (this.recent(key, now).length === 0) this.times.delete(key)
  }
}
