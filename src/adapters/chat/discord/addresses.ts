/** Where something is to be said. `interaction`: what is answered, while its token lives. */
export interface Place {
  readonly channel: string
  readonly interaction: string | null
  /** A direct message with the bot. */
  readonly isPrivate: boolean
}

/** Where a message is: one that the bot's own token reaches, or one for a person alone, which only its interaction reaches. */
export type Ref =
  | { readonly channel: string; readonly message: string; readonly interaction: string | null }
  | { readonly user: string; readonly message: string; readonly interaction: string }

export function writePlace({ channel, interaction, isPrivate }: Place): string {
  return [isPrivate ? 'direct' : 'channel', channel, ...(interaction === null ? [] : [interaction])].join('/')
}

export function readPlace(text: string): Place {
  const [kind, channel = '', interaction = null] = text.split('/')
  return { channel, interaction, isPrivate: kind === 'direct' }
}

export function writeRef(ref: Ref): string {
  if ('user' in ref) return ['alone', ref.user, ref.message, ref.interaction].join('/')
  return ['all', ref.channel, ref.message, ...(ref.interaction === null ? [] : [ref.interaction])].join('/')
}

export function readRef(text: string): Ref {
  const [kind, where = '', message = '', interaction = null] = text.split('/')
  if (kind === 'alone') return { user: where, message, interaction: interaction ?? '' }
  return { channel: where, message, interaction }
}
