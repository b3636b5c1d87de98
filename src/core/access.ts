import { sameIdentity, type Identity, type Person, type PersonId } from './person.js'
import type { Settings, State } from './state.js'
import { isMeant, sameSubject, userSubject, type Presence, type Subject } from './subject.js'

export type Role = 'admin' | 'member'

/** What a command needs of the person who sends it. */
export type Need =
  /** Anybody, known or not: it is how one gets in. */
  | 'anyone'
  /** Anybody who is let in at all. */
  | 'member'
  /** Who may enter the sandbox: its owner, a collaborator, or an admin. */
  | 'enter'
  /** The sandbox's owner, or an admin. */
  | 'owner'
  | 'admin'

/** How a person is tied to a sandbox. */
export type Tie = 'owner' | 'collaborator' | 'none'

/** What a grant gives. A list of commands makes a member who may use these alone, and never one that needs an admin. */
export type Gives = 'admin' | 'member' | readonly string[]

export interface Grant {
  readonly to: Subject
  readonly gives: Gives
  /** Null: without an end. */
  readonly until: Date | null
}

/** What the configuration says of this subject wins over what was granted by command. */
export interface NamedGrant extends Grant {
  readonly from: 'config' | 'command'
}

/** What somebody may do. `role` null: nobody that we know. */
export interface Access {
  readonly role: Role | null
  readonly commands: 'all' | readonly string[]
}

/** As which the rest of the house acts on somebody's word. */
export type Admitted = Access & { readonly role: Role }

/** The part of the settings that says who is let in. */
export type AccessConfig = Pick<Settings, 'access'>

const NOTHING: Access = { role: null, commands: [] }

/** For those whom a list of commands is given: they can always see where they stand. */
const ALWAYS: readonly string[] = ['help', 'whoami']

/**
 * Deny by default: who is meant by no grant has no role. Each identity of the person counts, so that it is the same on
 * every platform; of what platforms said earlier (groups, rooms), what is not older than the trusted time does.
 */
export function accessOf(state: State, settings: AccessConfig, presence: Presence, now: Date): Access {
  const person = personOf(state, presence.identity)
  if (person !== undefined && hasLeft(state, person.id)) return NOTHING
  const presences = [presence, ...presencesOf(state, settings, presence, now)]
  const given = grantsOf(state, settings)
    .filter((grant) => isRunning(grant, now) && presences.some((one) => isMeant(grant.to, one)))
    .map((grant) => grant.gives)
  if (given.includes('admin')) return { role: 'admin', commands: 'all' }
  if (given.includes('member')) return { role: 'member', commands: 'all' }
  if (given.length === 0) return NOTHING
  return { role: 'member', commands: [...new Set([...ALWAYS, ...given.flat()])] }
}

/**
 * The one decision: may somebody with this access use the command, which needs `need`, being tied to the sandbox in
 * question like that? `command` null: inside of what was decided about before.
 *
 *  need    | no role | member          | limited to commands | admin
 *  --------+---------+-----------------+---------------------+------
 *  anyone  | yes     | yes             | yes                 | yes
 *  member  | no      | yes             | those               | yes
 *  enter   | no      | owner, collab.  | those, as a member  | yes
 *  owner   | no      | owner           | those, as a member  | yes
 *  admin   | no      | no              | no                  | yes
 */
export function mayUse(access: Access, command: string | null, need: Need, tie: Tie): boolean {
  if (need === 'anyone') return true
  if (access.role === null) return false
  if (access.commands !== 'all' && command !== null && !access.commands.includes(command)) return false
  if (access.role === 'admin') return true
  switch (need) {
    case 'member':
      return true
    case 'enter':
      return tie !== 'none'
    case 'owner':
      return tie === 'owner'
    case 'admin':
      return false
  }
}

/** All grants, those of the configuration first; one of a command is left out where the configuration names the subject. */
export function grantsOf(state: State, settings: AccessConfig): readonly NamedGrant[] {
  const { admins, members, grants } = settings.access
  const toUser = (identity: Identity, gives: Gives): Grant => ({ to: userSubject(identity), gives, until: null })
  const configured = [
    ...admins.map((one) => toUser(one, 'admin')),
    ...members.map((one) => toUser(one, 'member')),
    ...grants,
  ]
  const isConfigured = (subject: Subject): boolean => configured.some((one) => sameSubject(one.to, subject))
  return [
    ...configured.map((grant): NamedGrant => ({ ...grant, from: 'config' })),
    ...state.grants
      .filter((grant) => !isConfigured(grant.to))
      .map((grant): NamedGrant => ({ ...grant, from: 'command' })),
  ]
}

export function isRunning({ until }: { readonly until: Date | null }, now: Date): boolean {
  return until === null || until.getTime() > now.getTime()
}

/** Whether all who read the room may see what is asked for and how it goes; elsewhere it is for the asker alone. */
export function isInTheOpen(state: State, settings: AccessConfig, presence: Presence): boolean {
  if (presence.isPrivate) return false
  const rooms = [...settings.access.rooms, ...state.rooms]
  return rooms.length === 0 || rooms.some((room) => isMeant(room, presence))
}

/** Every identity that is an admin's by its own name, on whatever platform: whom to tell what concerns all. */
export function adminsOf(state: State, settings: AccessConfig, now: Date): readonly Identity[] {
  const named = grantsOf(state, settings)
    .filter((grant) => grant.gives === 'admin' && grant.to.kind === 'user' && isRunning(grant, now))
    .map(({ to }): Identity => ({ platform: to.platform, workspace: to.workspace, user: to.id }))
  return named.filter((identity) => {
    const person = personOf(state, identity)
    return person === undefined || !hasLeft(state, person.id)
  })
}

export function personOf(state: State, identity: Identity): Person | undefined {
  return state.persons.find((person) => person.identities.some((one) => sameIdentity(one, identity)))
}

export function hasLeft(state: State, person: PersonId): boolean {
  return state.departures.some((one) => one.person === person)
}

/** What is known of the person beside what the platform says right now; where it says all of the groups, that counts. */
export function presencesOf(state: State, settings: AccessConfig, presence: Presence, now: Date): readonly Presence[] {
  const oldest = now.getTime() - settings.access.trustMs
  const recent = state.sightings.filter((one) => one.at.getTime() > oldest)
  const identities = personOf(state, presence.identity)?.identities ?? [presence.identity]
  return identities.flatMap((identity): Presence[] => {
    const own = recent.filter((one) => sameIdentity(one.identity, identity))
    const isSaidNow = !presence.isPrivate && sameIdentity(identity, presence.identity)
    const groups = isSaidNow ? presence.groups : own.filter((one) => one.kind === 'group').map((one) => one.id)
    const rooms = own.filter((one) => one.kind === 'room').map((one) => one.id)
    return [...rooms, ''].map((room) => ({ identity, groups, room, isPrivate: false }))
  })
}
