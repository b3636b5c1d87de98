import type { Clock } from './clock.js'

const LIFETIME_MS = 30_000

/** What a socket shows at the door: each lets one socket in, soon after it was given out. */
export class Tickets {
  private readonly issued = new Map<string, number>()
  private serial = 0

  constructor(private readonly clock: Clock) {}

  issue(): string {
    this.serial += 1
    const ticket = `ticket-${this.serial}`
    this.issued.set(ticket, this.clock.now() + LIFETIME_MS)
    return ticket
  }

  use(ticket: string): boolean {
    const until = this.issued.get(ticket)
    this.issued.delete(ticket)
    return until !== undefined && until >= this.clock.now()
  }
}
