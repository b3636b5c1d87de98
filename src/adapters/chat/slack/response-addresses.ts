import type { Clock } from '../../../core/ports.js'

/** Five uses in thirty minutes, says Slack; a minute is left for the way there. */
const USES = 5
const LIFETIME_MS = 29 * 60_000
const REMEMBERED = 5000

interface Address {
  readonly url: string
  readonly user: string
  readonly until: number
  uses: number
}

/**
 * Where what people did can be answered without being in the channel. Each address is a key to the channel, so that it
 * is kept in memory alone.
 */
export class ResponseAddresses {
  private readonly known = new Map<string, Address>()

  constructor(private readonly clock: Clock) {}

  /** `user`: who did it, workspace and all. What comes twice is known already. */
  remember(event: string, user: string, url: string): void {
    if (url === '' || this.known.has(event)) return
    if (this.known.size >= REMEMBERED) this.known.delete(this.known.keys().next().value ?? '')
    this.known.set(event, { url, user, until: this.clock.now().getTime() + LIFETIME_MS, uses: 0 })
  }

  /** Takes one use; null where there is none left. `user`: for them alone, and only if it was they. */
  take(event: string, user: string | 'all'): string | null {
    const address = this.known.get(event)
    if (address === undefined || (user !== 'all' && user !== address.user)) return null
    if (address.uses >= USES || address.until <= this.clock.now().getTime()) {
      this.known.delete(event)
      return null
    }
    address.uses += 1
    return address.url
  }

  forget(event: string): void {
    this.known.delete(event)
  }
}
