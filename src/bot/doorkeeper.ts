import { accessOf, mayUse, type Access, type Admitted } from '../core/access.js'
import { identityText } from '../core/person.js'
import type { Clock, Store } from '../core/ports.js'
import { sightingEdits } from '../core/sighting.js'
import type { Settings } from '../core/state.js'
import type { Presence } from '../core/subject.js'
import { Attempts } from './attempts.js'
import type { AuditTrail } from './audit-trail.js'
import { notAllowed, notAmongYours, notForMembers, stranger } from './cards/refusal.js'
import type { Asker } from './chat.js'
import { needOf, needsOf, specialNeedOf, type Args, type Command } from './command.js'
import type { CommandCall, Message } from './message.js'

const DAY_MS = 24 * 3_600_000

export interface DoorkeeperParts {
  readonly commands: readonly Command[]
  readonly store: Store
  readonly settings: Settings
  readonly clock: Clock
  readonly trail: AuditTrail
}

/** Knows who may use which command, and has the words for those who may not. */
export class Doorkeeper {
  /** A stranger costs nothing: one entry of each a day. */
  private readonly strangers = new Attempts(1, DAY_MS)

  constructor(private readonly parts: DoorkeeperParts) {}

  /** Remembers of them what the platform will not say everywhere. */
  meet(asker: Asker): void {
    const { store, settings, clock } = this.parts
    const edits = sightingEdits(store.state(), settings, presenceOf(asker), clock.now())
    if (edits.length > 0) store.commit(edits)
  }

  accessOf(asker: Asker): Access {
    const { store, settings, clock } = this.parts
    return accessOf(store.state(), settings, presenceOf(asker), clock.now())
  }

  /** The commands that they may use in some form. */
  usable(access: Access): readonly Command[] {
    return this.parts.commands.filter((command) =>
      needsOf(command).some((need) => mayUse(access, command.name, need, 'owner')),
    )
  }

  /** Null where they may; inside of the command it is decided about the sandbox. */
  refusal(asker: Asker, access: Access, command: Command, args: Args): Message | null {
    if (mayUse(access, command.name, needOf(command, args), 'owner')) return null
    if (!isAdmitted(access)) return stranger(asker.identity)
    const special = specialNeedOf(command, args)
    if (special !== undefined && mayUse(access, command.name, command.need, 'owner'))
      return notForMembers(special.refusal)
    return access.commands === 'all' ? notAllowed(command.name) : notAmongYours(command.name, access.commands)
  }

  /** For what is refused before it becomes a request. */
  noteRefusal(asker: Asker, access: Access, call: CommandCall): void {
    const { trail, clock } = this.parts
    const now = clock.now().getTime()
    const who = identityText(asker.identity)
    if (isAdmitted(access)) return trail.note(asker, call, 'refused')
    if (this.strangers.wait(who, now) > 0) return
    this.strangers.add(who, now)
    trail.note(asker, call, 'refused')
  }
}

export function presenceOf({ identity, groups, room, isPrivate }: Asker): Presence {
  return { identity, groups, room, isPrivate }
}

export function isAdmitted(access: Access): access is Admitted {
  return access.role !== null
}
