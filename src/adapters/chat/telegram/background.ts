import { setTimeout as pause } from 'node:timers/promises'
import { PlatformRefusal, RateLimited } from '../../../bot/chat.js'
import type { Log } from '../../../bot/ports.js'

const MOST_TRIES = 6
const FIRST_WAIT_MS = 500

/** What is said past the outbox, because it belongs to this moment: tried a few times, never in anybody's way. */
export class Background {
  private readonly running = new Set<Promise<void>>()

  constructor(
    private readonly signal: AbortSignal,
    private readonly log: Log,
  ) {}

  run(what: string, task: () => Promise<unknown>): void {
    const doing = this.attempt(what, task).finally(() => this.running.delete(doing))
    this.running.add(doing)
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.running)
  }

  private async attempt(what: string, task: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; !this.signal.aborted; tries += 1) {
      try {
        await task()
        return
      } catch (error) {
        if (error instanceof PlatformRefusal || tries === MOST_TRIES) {
          this.log(`${what} could not be said`, { error })
          return
        }
        const wait = error instanceof RateLimited ? error.retryAfterMs : FIRST_WAIT_MS * 2 ** (tries - 1)
        await pause(wait, undefined, { signal: this.signal }).catch(() => undefined)
      }
    }
  }
}
