import type { AccessConfig } from './access.js'
import type { Edit } from './edits.js'
import { sameIdentity, type Identity } from './person.js'
import type { State } from './state.js'
import type { Presence } from './subject.js'

/** A group or a room in which a platform has shown somebody: it counts for a while where the platform does not say. */
export interface Sighting {
  readonly identity: Identity
  readonly kind: 'group' | 'room'
  readonly id: string
  readonly at: Date
}

/** What is known already is not written down again for so long. */
const FRESH_MS = 3_600_000

/**
 * What is to be remembered of somebody who just spoke, where it is news: of their groups and of this room those that
 * some grant names. A direct message says nothing of either.
 */
export function sightingEdits(state: State, settings: AccessConfig, presence: Presence, now: Date): readonly Edit[] {
  if (presence.isPrivate) return []
  const { identity, groups, room } = presence
  const named = [...settings.access.grants, ...state.grants].map((grant) => grant.to)
  const namedGroups = named.flatMap((to) =>
    to.kind === 'group' ? [to.id] : to.kind === 'workspace' ? [to.workspace] : [],
  )
  const known = state.sightings.filter((one) => sameIdentity(one.identity, identity))
  const seenGroups = groups.filter((group) => namedGroups.includes(group))
  const seenRooms = named.some((to) => to.kind === 'room' && to.id === room) ? [room] : []
  const isKnown = (kind: Sighting['kind'], id: string): boolean =>
    known.some((one) => one.kind === kind && one.id === id && now.getTime() - one.at.getTime() < FRESH_MS)
  const lost = known.filter((one) => one.kind === 'group' && !groups.includes(one.id))
  const isNews = seenGroups.some((id) => !isKnown('group', id)) || seenRooms.some((id) => !isKnown('room', id))
  if (!isNews && lost.length === 0) return []
  return [{ edit: 'identity.seen', identity, groups: seenGroups, rooms: seenRooms, at: now }]
}
