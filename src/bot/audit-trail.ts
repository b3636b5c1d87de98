import { personOf } from '../core/access.js'
import { identityText } from '../core/person.js'
import type { Clock, Store } from '../core/ports.js'
import type { Asker, Outcome } from './chat.js'
import type { CommandCall } from './message.js'
import type { Audit } from './ports.js'

const HOST = 'host'

export interface AuditTrailParts {
  readonly store: Store
  readonly audit: Audit
  readonly clock: Clock
}

/** What people asked for, and how it ended: each an entry. Arguments hold no secret, as requests hold none. */
export class AuditTrail {
  constructor(private readonly parts: AuditTrailParts) {}

  note({ identity }: Asker, { command, args }: CommandCall, outcome: Outcome): void {
    const { store, audit, clock } = this.parts
    const person = personOf(store.state(), identity)?.id ?? null
    audit.append({ at: clock.now(), identity: identityText(identity), person, command, args, outcome })
  }

  /** What was asked for on the host itself, past every platform. */
  noteHost({ command, args }: CommandCall, outcome: Outcome): void {
    const { audit, clock } = this.parts
    audit.append({ at: clock.now(), identity: HOST, person: null, command, args, outcome })
  }
}
