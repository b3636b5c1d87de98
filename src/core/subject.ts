import { parseIdentity, type Identity } from './person.js'

export type SubjectKind = 'user' | 'group' | 'room' | 'workspace'

/** Whom a grant or a quota is for. Ids only: names are labels. `id` is '' for a workspace, which is its own id. */
export interface Subject {
  readonly kind: SubjectKind
  readonly platform: string
  readonly workspace: string
  readonly id: string
}

/** Somebody at the moment they speak, as far as the platform says: where, and with which roles or user groups. */
export interface Presence {
  readonly identity: Identity
  readonly groups: readonly string[]
  /** The channel or chat by its own id. */
  readonly room: string
  /** A direct message: the platform says nothing of groups there. */
  readonly isPrivate: boolean
}

const KINDS: readonly SubjectKind[] = ['user', 'group', 'room', 'workspace']

/** `slack:T1:U1`, `group:discord:123`, `room:slack:T1:C1`, `workspace:slack:T1`: as config.toml and people write it. */
export function subjectText({ kind, platform, workspace, id }: Subject): string {
  if (kind === 'workspace') return `workspace:${platform}:${workspace}`
  const where = workspace === '' ? `${platform}:${id}` : `${platform}:${workspace}:${id}`
  return kind === 'user' ? where : `${kind}:${where}`
}

/** Null where it is none. Without a kind before it, it is a user. */
export function parseSubject(text: string): Subject | null {
  const [first = '', ...rest] = text.trim().split(':')
  const kind = KINDS.find((one) => one === first)
  if (kind === 'workspace') {
    const [platform, workspace, ...more] = rest
    return platform && workspace && more.length === 0 ? { kind, platform, workspace, id: '' } : null
  }
  const named = parseIdentity(kind === undefined ? text.trim() : rest.join(':'))
  if (named === null) return null
  return { kind: kind ?? 'user', platform: named.platform, workspace: named.workspace, id: named.user }
}

export function userSubject({ platform, workspace, user }: Identity): Subject {
  return { kind: 'user', platform, workspace, id: user }
}

export function sameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.platform === b.platform && a.workspace === b.workspace && a.id === b.id
}

/**
 * Whether this is who is meant. Platform and workspace must be the same, so that an id which another workspace uses too
 * is another one's. Where identities are the same in every workspace, a workspace is one of the groups.
 */
export function isMeant(subject: Subject, { identity, groups, room }: Presence): boolean {
  if (subject.platform !== identity.platform) return false
  if (subject.kind === 'workspace')
    return subject.workspace === identity.workspace || (identity.workspace === '' && groups.includes(subject.workspace))
  if (subject.workspace !== identity.workspace) return false
  switch (subject.kind) {
    case 'user':
      return subject.id === identity.user
    case 'group':
      return groups.includes(subject.id)
    case 'room':
      return subject.id === room
  }
}
