import type { Clock } from '../../core/ports.js'

/** An answer that is good for a while, and asked for once by however many want it. A failure is not kept. */
export class Remembered<T> {
  private kept: { readonly answer: Promise<T>; readonly until: number } | null = null

  constructor(
    private readonly clock: Clock,
    private readonly forMs: number,
  ) {}

  get(ask: () => Promise<T>): Promise<T> {
    const now = this.clock.now().getTime()
    if (this.kept !== null && now < this.kept.until) return this.kept.answer
    const answer = ask()
    this.kept = { answer, until: now + this.forMs }
    answer.catch(() => (this.kept = null))
    return answer
  }
}

/** The same, apart for each key. */
export class RememberedBy<T> {
  private readonly byKey = new Map<string, Remembered<T>>()

  constructor(
    private readonly clock: Clock,
    private readonly forMs: number,
  ) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.byKey.get(key) ?? new Remembered<T>(this.clock, this.forMs)
    this.byKey.set(key, known)
    return known.get(ask)
  }
}
