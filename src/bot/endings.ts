import { endingsOf } from '../core/operations/endings.js'
import type { Clock, Store, Sync } from '../core/ports.js'
import type { BotAnnouncer } from './announcer.js'
import type { AuditTrail } from './audit-trail.js'
import { noLongerShared } from './cards/sharing.js'

export interface EndingsParts {
  readonly store: Store
  readonly announcer: BotAnnouncer
  readonly trail: AuditTrail
  readonly sync: Pick<Sync, 'poke'>
  readonly clock: Clock
}

/** Takes away what has come to its end, now and then, and tells those whom it concerns. */
export class Endings {
  constructor(private readonly parts: EndingsParts) {}

  sweep(): void {
    const { store, announcer, trail, sync, clock } = this.parts
    const now = clock.now()
    const { edits, shares } = endingsOf(store.state(), now)
    if (edits.length === 0) return
    store.commit(edits, () => {
      for (const { share, sandbox } of shares) {
        const call = { command: 'share', args: { sandbox: sandbox.name, who: share.person, ended: 'yes' } }
        trail.noteHost(call, 'done', { sandbox: sandbox.name })
        const slot = `unshared:${sandbox.id}:${share.person}:${now.getTime()}`
        announcer.tell(slot, share.person, noLongerShared(sandbox.name, null))
      }
    })
    sync.poke(shares.map(({ sandbox }) => sandbox.id))
  }
}
