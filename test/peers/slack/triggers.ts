import type { Clock } from './clock.js'
import { Refused } from './refused.js'

const LIFETIME_MS = 3000

/** Trigger ids: each opens one form within three seconds of what the person did. */
export class Triggers {
  private readonly issued = new Map<string, { readonly user: string; readonly until: number; isUsed: boolean }>()

  constructor(private readonly clock: Clock) {}

  issue(user: string): string {
    const id = `${this.issued.size + 1}.${Math.floor(this.clock.now() / 1000)}.${user.toLowerCase()}`
    this.issued.set(id, { user, until: this.clock.now() + LIFETIME_MS, isUsed: false })
    return id
  }

  /** Whose it is. */
  use(id: string): string {
    const trigger = this.issued.get(id)
    if (trigger === undefined) throw new Refused('invalid_trigger_id')
    if (trigger.isUsed) throw new Refused('exchanged_trigger_id')
    if (trigger.until < this.clock.now()) throw new Refused('expired_trigger_id')
    trigger.isUsed = true
    return trigger.user
  }
}
