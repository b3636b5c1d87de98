/** Calls `run` after `ms`; the answer takes it back. Passed in, so that tests own the time. */
export type Schedule = (ms: number, run: () => void) => () => void

export interface QueueOptions {
  /** How many keys are worked on side by side. */
  readonly width: number
  /** Works on one key. True: look again later (with backoff). Must not throw. */
  readonly work: (key: string) => Promise<boolean>
  readonly schedule: Schedule
}

const FIRST_BACKOFF_MS = 500
const LONGEST_BACKOFF_MS = 60_000

/** Keyed, coalescing, backing off: a key is worked on by one at a time, and however often it is added meanwhile, once more. */
export class KeyedQueue {
  private readonly waiting = new Set<string>()
  private readonly running = new Set<string>()
  private readonly again = new Set<string>()
  private readonly retries = new Map<string, { tries: number; cancel: () => void }>()
  private idle: (() => void)[] = []
  private closed = false

  constructor(private readonly options: QueueOptions) {}

  add(key: string): void {
    if (this.closed) return
    if (this.running.has(key)) {
      this.again.add(key)
      return
    }
    this.retries.get(key)?.cancel()
    this.waiting.add(key)
    this.fill()
  }

  /** Resolves when nothing runs or waits to run; keys that back off do not count. */
  async settled(): Promise<void> {
    if (this.waiting.size + this.running.size === 0) return
    await new Promise<void>((resolve) => this.idle.push(resolve))
  }

  /** Takes no more keys, and resolves when the running ones are done. */
  async close(): Promise<void> {
    this.closed = true
    this.waiting.clear()
    this.again.clear()
    for (const retry of this.retries.values()) retry.cancel()
    this.retries.clear()
    await this.settled()
  }

  private fill(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.options.width) return
      this.waiting.delete(key)
      this.running.add(key)
      void this.run(key)
    }
  }

  private async run(key: string): Promise<void> {
    const later = await this.options.work(key)
    this.running.delete(key)
    if (this.again.delete(key)) this.waiting.add(key)
    else if (later && !this.closed) this.backOff(key)
    if (!later) this.retries.delete(key)
    this.fill()
    if (this.waiting.size + this.running.size > 0) return
    const resolves = this.idle
    this.idle = []
    for (const resolve of resolves) resolve()
  }

  private backOff(key: string): void {
    const tries = this.retries.get(key)?.tries ?? 0
    const delay = Math.min(FIRST_BACKOFF_MS * 2 ** tries, LONGEST_BACKOFF_MS)
    const cancel = this.options.schedule(delay, () => this.add(key))
    this.retries.set(key, { tries: tries + 1, cancel })
  }
}
