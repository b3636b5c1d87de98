import type { Asker, PlaceId } from '../../../bot/chat.js'
import type { Identity } from '../../../core/person.js'
import type { Entry } from './journal.js'

/** Someone who may speak on the console. */
export interface ConsoleIdentity {
  readonly user: string
  readonly name: string
}

export const CHANNEL: PlaceId = 'channel'

const DIRECT = 'dm-'

export function directPlace(user: string): PlaceId {
  return `${DIRECT}${user}`
}

export function isDirect(place: PlaceId): boolean {
  return place.startsWith(DIRECT)
}

function consoleIdentity(user: string): Identity {
  return { platform: 'console', workspace: '', user }
}

export function mayRead(user: string, entry: Entry): boolean {
  if (isDirect(entry.place)) return entry.place === directPlace(user)
  return entry.audience === null || entry.audience === user
}

/** Who speaks on this console: in the demo anyone of a list, otherwise one alone. */
export class People {
  constructor(
    readonly all: readonly ConsoleIdentity[],
    readonly mayChoose: boolean,
  ) {
    if (all.length === 0) throw new Error('The console needs at least one identity.')
    if (!mayChoose && all.length > 1) throw new Error('Without a choice the console has exactly one identity.')
  }

  /** `wanted` as `ada` or `console:ada`; null where it may not be had. */
  find(wanted: string | undefined): ConsoleIdentity | null {
    if (wanted === undefined || wanted === '') return this.all[0] ?? null
    const user = wanted.replace(/^console:+/, '')
    return this.all.find((one) => one.user === user) ?? null
  }

  knows(user: string): boolean {
    return this.all.some((one) => one.user === user)
  }
}

export function askerOf(person: ConsoleIdentity, place: PlaceId): Asker {
  const identity = consoleIdentity(person.user)
  return { identity, name: person.name, place, room: place, isPrivate: isDirect(place), groups: [] }
}
