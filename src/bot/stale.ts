import { identityText, type Identity } from '../core/person.js'

/** A request that arrived too late to be carried out. */
export interface Missed {
  readonly words: string
  readonly sentAt: Date
}

interface Told {
  readonly slot: string
  readonly missed: readonly Missed[]
  readonly at: number
}

/** What comes in together after an outage is answered together. */
const TOGETHER_MS = 2 * 60_000

/** Each asker gets one message for all that piled up while the bot was away. */
export class StaleRequests {
  private readonly told = new Map<string, Told>()

  add(asker: Identity, eventKey: string, missed: Missed, now: Date): Told {
    const key = identityText(asker)
    const former = this.told.get(key)
    const at = now.getTime()
    const isSame = former !== undefined && at - former.at < TOGETHER_MS
    const told = isSame
      ? { slot: former.slot, missed: [...former.missed, missed], at }
      : { slot: `stale:${eventKey}`, missed: [missed], at }
    this.told.set(key, told)
    return told
  }
}
