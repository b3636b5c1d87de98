import { sameIdentity, type Identity } from './person.js'
import type { AccessSettings } from './state.js'

export type Role = 'admin' | 'member'

/** What a command needs of the person who sends it. */
export type Need =
  /** Anybody who is let in at all. */
  | 'member'
  /** The sandbox's owner, or an admin. */
  | 'owner'
  | 'admin'

/** Deny by default: who is named nowhere has no role. An admin's grant wins over a member's. */
export function roleOf(access: AccessSettings, identity: Identity): Role | null {
  if (access.admins.some((admin) => sameIdentity(admin, identity))) return 'admin'
  if (access.members.some((member) => sameIdentity(member, identity))) return 'member'
  return null
}

/** The one decision: may somebody with this role, who owns the sandbox in question or not, do what needs `need`? */
export function mayUse(need: Need, role: Role | null, owns: boolean): boolean {
  if (role === null) return false
  if (role === 'admin') return true
  switch (need) {
    case 'member':
      return true
    case 'owner':
      return owns
    case 'admin':
      return false
  }
}
