import { setImmediate as nextTurn } from 'node:timers/promises'

const QUIET_TURNS = 3
/** So many turns of the event loop are a fraction of a second; work must not wait for ever. */
const MOST_TURNS = 100

/** Work waits its turn behind what comes in: a crowd is acknowledged first, and then worked off one by one. */
export class Turns {
  private arrivals = 0
  private last: Promise<void> = Promise.resolve()

  /** Something came in, and there may be more behind it. */
  arrived(): void {
    this.arrivals += 1
  }

  /** Resolves when it is this caller's turn, in the order of the calls. */
  next(): Promise<void> {
    this.last = this.last.then(() => this.quiet())
    return this.last
  }

  private async quiet(): Promise<void> {
    let quiet = 0
    for (let turn = 0; turn < MOST_TURNS && quiet < QUIET_TURNS; turn += 1) {
      const before = this.arrivals
      await nextTurn()
      quiet = this.arrivals === before ? quiet + 1 : 0
    }
  }
}
