import { UserError } from '../core/errors.js'
import { identityText, type PersonId } from '../core/person.js'
import type { Clock } from '../core/ports.js'
import { Attempts } from './attempts.js'
import type { Asker } from './chat.js'

export interface RateSettings {
  /** So many costly commands by one person, and in one room, within this time. */
  readonly person: number
  readonly room: number
  readonly withinMs: number
}

/**
 * Keeps one person, and one room, from asking too much of the host within a short time. Counted is what costs something,
 * be it done, refused or failed; what only shows something never is.
 */
export class RateLimit {
  private readonly byPerson: Attempts
  private readonly byRoom: Attempts

  constructor(
    private readonly settings: RateSettings,
    private readonly clock: Clock,
  ) {
    this.byPerson = new Attempts(settings.person, settings.withinMs)
    this.byRoom = new Attempts(settings.room, settings.withinMs)
  }

  /** Counts one more, or throws UserError with the time until the next one. */
  count(asker: Asker, person: PersonId): void {
    const now = this.clock.now().getTime()
    const { platform, workspace } = asker.identity
    const room = identityText({ platform, workspace, user: asker.room })
    const { settings } = this
    this.demand(this.byPerson.wait(person, now), `You have asked for ${settings.person} things`)
    if (!asker.isPrivate) this.demand(this.byRoom.wait(room, now), `${settings.room} things were asked for here`)
    this.byPerson.add(person, now)
    if (!asker.isPrivate) this.byRoom.add(room, now)
  }

  private demand(wait: number, lead: string): void {
    if (wait === 0) return
    const within = spanText(this.settings.withinMs)
    throw new UserError(
      'too-often',
      `${lead} within ${within}, which is the most. The next one is possible in ${spanText(wait)}; looking and stopping always are.`,
    )
  }
}

/** `40 seconds`, `3 minutes`: never less than there is. */
function spanText(ms: number): string {
  const [amount, unit] =
    ms <= 60_000 ? [Math.max(1, Math.ceil(ms / 1000)), 'second'] : [Math.ceil(ms / 60_000), 'minute']
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
