import type { Identity } from '../../../core/person.js'

export const PLATFORM = 'slack'

/** Who the bot is, as Slack says it at the start. */
export interface Self {
  readonly user: string
  readonly bot: string
  readonly team: string
  /** Installed for a whole organisation: its people are known by the organisation, whichever of its teams they are in. */
  readonly organisation: string | null
}

/** Whose an event is. The same id in another workspace is somebody else. */
export function identityOf(
  self: Self,
  from: { readonly user: string; readonly team: string | undefined; readonly enterprise: string | undefined },
): Identity {
  const isOwn = self.organisation !== null && (from.enterprise ?? self.organisation) === self.organisation
  const workspace = isOwn ? (self.organisation ?? '') : (from.team ?? self.team)
  return { platform: PLATFORM, workspace, user: from.user }
}

/** Whether the bot's own calls with this person's id mean this person. */
export function isAtHome(self: Self, { platform, workspace }: Identity): boolean {
  return platform === PLATFORM && workspace === (self.organisation ?? self.team)
}
