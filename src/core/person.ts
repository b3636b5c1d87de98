/** One account on one chat platform. `workspace` is '' where the platform has none. Ids only: names are labels. */
export interface Identity {
  readonly platform: string
  readonly workspace: string
  readonly user: string
}

export type PersonId = string

/** One human, with one or more identities. `name` is a label; it never decides anything. */
export interface Person {
  readonly id: PersonId
  readonly name: string
  readonly identities: readonly Identity[]
  /** Wants no direct message about what nobody asked for. */
  readonly isMuted: boolean
}

/** An SSH public key that a person has given us, in the parts of its one line. */
export interface SshKey {
  readonly id: string
  readonly person: PersonId
  readonly type: string
  /** Base64 of the key blob. */
  readonly blob: string
  readonly comment: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  readonly addedAt: Date
}

/** `platform:workspace:user`, the form in which config.toml and logs name an identity. */
export function identityText(identity: Identity): string {
  return `${identity.platform}:${identity.workspace}:${identity.user}`
}

/** Reads `platform:user` or `platform:workspace:user`; null where it is neither. */
export function parseIdentity(text: string): Identity | null {
  const parts = text.split(':')
  if (parts.length === 2) parts.splice(1, 0, '')
  const [platform, workspace, user] = parts
  if (parts.length !== 3 || !platform || workspace === undefined || !user) return null
  return { platform, workspace, user }
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.platform === b.platform && a.workspace === b.workspace && a.user === b.user
}

export function authorizedKeyLine(key: SshKey): string {
  return `${key.type} ${key.blob}`
}
