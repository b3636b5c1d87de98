import { personOf } from '../core/access.js'
import type { AuditEntry, AuditOutcome } from '../core/audit.js'
import { isLive, type Operation } from '../core/operation.js'
import { identityText } from '../core/person.js'
import type { Clock, Store } from '../core/ports.js'
import { auditLine } from './cards/audit.js'
import type { Asker } from './chat.js'
import type { CommandCall } from './message.js'
import type { Outbox } from './outbox.js'
import type { Audit } from './ports.js'

const HOST = 'host'
const LONGEST_DETAIL = 300

export interface AuditTrailParts {
  readonly store: Store
  readonly audit: Audit
  readonly outbox: Outbox
  readonly clock: Clock
  /** The channel that shows every entry; null for none. */
  readonly mirror: { readonly platform: string; readonly place: string } | null
}

/** What is known of an entry beside who asked for what. */
export type More = Partial<Pick<AuditEntry, 'person' | 'sandbox' | 'operation' | 'detail'>>

/** What people asked for, and how it ended: each an entry. Arguments hold no secret, as requests hold none. */
export class AuditTrail {
  constructor(private readonly parts: AuditTrailParts) {}

  note({ identity, room }: Asker, { command, args }: CommandCall, outcome: AuditOutcome, more: More = {}): void {
    const person = more.person ?? personOf(this.parts.store.state(), identity)?.id ?? null
    const sandbox = args['sandbox'] ?? null
    this.append({ identity: identityText(identity), command, args, sandbox, place: room, outcome, ...more, person })
  }

  /** What was asked for on the host itself, or happened by itself: past every platform. */
  noteHost({ command, args }: CommandCall, outcome: AuditOutcome, more: More = {}): void {
    this.append({ identity: HOST, person: null, command, args, sandbox: null, place: null, outcome, ...more })
  }

  /** How an operation ended; once, however often it is told. */
  noteEnd(operation: Operation): void {
    if (isLive(operation) || this.parts.audit.hasEnd(operation.id)) return
    const { id, verb, sandboxName, person, origin, state, reason } = operation
    this.append({
      identity: identityText(origin.identity),
      person,
      command: verb,
      args: { sandbox: sandboxName },
      sandbox: sandboxName,
      place: null,
      outcome: endOf(state),
      operation: id,
      detail: reason ?? '',
    })
  }

  private append(entry: Omit<AuditEntry, 'at' | 'operation' | 'detail'> & More): void {
    const { audit, outbox, clock, mirror } = this.parts
    const detail = (entry.detail ?? '').slice(0, LONGEST_DETAIL)
    const whole: AuditEntry = { operation: null, ...entry, at: clock.now(), detail }
    const seq = audit.append(whole)
    if (mirror !== null) {
      const target = { platform: mirror.platform, place: mirror.place, to: 'all' as const }
      outbox.want(`audit:${seq}`, target, auditLine(this.parts.store.state(), whole))
    }
  }
}

function endOf(state: Operation['state']): AuditOutcome {
  switch (state) {
    case 'running':
    case 'going-back':
      return 'started'
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'stuck':
      return state
  }
}
