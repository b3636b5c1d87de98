import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

interface Waiting<T> {
  readonly items: readonly T[]
  readonly done: (error?: unknown) => void
}

/** One writer at a time; what comes while it writes, or while it lingers, goes out together. */
export class Gathering<T> {
  private waiting: Waiting<T>[] = []
  private writing = false
  private pending: () => boolean = () => false
  private maxMs = 0

  /** `write` gets one list for each caller, so that it can try them apart; it answers with each caller's error. */
  constructor(private readonly write: (callers: readonly (readonly T[])[]) => Promise<readonly unknown[]>) {}

  lingerWhile(pending: () => boolean, maxMs: number): void {
    this.pending = pending
    this.maxMs = maxMs
  }

  async add(items: readonly T[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.waiting = this.waiting.filter((other) => other !== caller)
        reject(signal.reason as Error)
      }
      const caller: Waiting<T> = {
        items,
        done: (error) => {
          signal.removeEventListener('abort', leave)
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.waiting.push(caller)
      if (!this.writing) void this.run()
    })
  }

  private async run(): Promise<void> {
    this.writing = true
    while (this.waiting.length > 0) {
      await this.linger()
      const callers = this.waiting
      this.waiting = []
      if (callers.length === 0) continue
      const errors = await this.write(callers.map(({ items }) => items)).catch((error: unknown) =>
        callers.map(() => error),
      )
      callers.forEach((caller, index) => {
        caller.done(errors[index])
      })
    }
    this.writing = false
  }

  private async linger(): Promise<void> {
    const until = Date.now() + this.maxMs
    await nextTurn()
    while (this.pending() && Date.now() < until) await sleep(5)
  }
}
