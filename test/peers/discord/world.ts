import {
  AllowedMentionsTypes,
  MessageFlags,
  type APIAllowedMentions,
  type APIApplicationCommand,
  type APIEmbed,
  type APIMessageTopLevelComponent,
} from 'discord-api-types/v10'
import type { Draft } from './check-message.js'
import type { Clock } from './clock.js'
import { readMarkdown } from './markdown.js'

export interface PeerUser {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly roles: readonly string[]
  directChannel: string | null
  isClosed: boolean
}

export interface PeerGuild {
  readonly id: string
  readonly name: string
}

/** What the bot may do in it. */
export interface PeerChannel {
  readonly id: string
  readonly name: string
  readonly guild: string | null
  readonly recipient: string | null
  canView: boolean
  canSend: boolean
  canAttach: boolean
}

export interface Upload {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface PeerMessage {
  readonly id: string
  readonly channel: string
  readonly author: string
  /** The person who alone sees it; null for all. */
  readonly onlyFor: string | null
  flags: number
  content: string
  embeds: readonly APIEmbed[]
  components: readonly APIMessageTopLevelComponent[]
  files: readonly (Upload & { readonly id: string; readonly description: string })[]
  isLoading: boolean
  isDeleted: boolean
  edits: number
  /** Whom it told: nobody, as it should be. */
  pings: readonly string[]
  readonly nonce: string | null
}

/** All that Discord remembers. */
export class World {
  readonly users = new Map<string, PeerUser>()
  readonly guilds = new Map<string, PeerGuild>()
  readonly channels = new Map<string, PeerChannel>()
  readonly messages = new Map<string, PeerMessage>()
  /** By guild; the global ones under `global`. */
  readonly commands = new Map<string, readonly APIApplicationCommand[]>()
  readonly applicationId: string

  constructor(readonly clock: Clock) {
    this.applicationId = clock.snowflake()
  }

  addGuild(name: string): PeerGuild {
    const guild = { id: this.clock.snowflake(), name }
    this.guilds.set(guild.id, guild)
    return guild
  }

  addChannel(guild: string | null, name: string, recipient: string | null = null): PeerChannel {
    const id = this.clock.snowflake()
    const channel = { id, name, guild, recipient, canView: true, canSend: true, canAttach: true }
    this.channels.set(id, channel)
    return channel
  }

  addUser(name: string, roles: readonly string[]): PeerUser {
    const id = this.clock.snowflake()
    const user = { id, username: name.toLowerCase(), name, roles, directChannel: null, isClosed: false }
    this.users.set(id, user)
    return user
  }

  directChannel(user: PeerUser): PeerChannel {
    const known = user.directChannel === null ? undefined : this.channels.get(user.directChannel)
    const channel = known ?? this.addChannel(null, `direct-${user.username}`, user.id)
    user.directChannel = channel.id
    return channel
  }

  addMessage(channel: string, draft: Draft, uploads: readonly Upload[], onlyFor: string | null): PeerMessage {
    const message: PeerMessage = {
      id: this.clock.snowflake(),
      channel,
      author: this.applicationId,
      onlyFor,
      flags: 0,
      content: '',
      embeds: [],
      components: [],
      files: [],
      isLoading: false,
      isDeleted: false,
      edits: 0,
      pings: [],
      nonce: draft.nonce === undefined || draft.nonce === null ? null : String(draft.nonce),
    }
    this.write(message, draft, uploads)
    this.messages.set(message.id, message)
    return message
  }

  addLoading(channel: string, onlyFor: string | null): PeerMessage {
    const message = this.addMessage(channel, {}, [], onlyFor)
    message.isLoading = true
    return message
  }

  edit(message: PeerMessage, draft: Draft, uploads: readonly Upload[]): void {
    // The first words of a deferred reply are no edit to those who read it.
    if (!message.isLoading) message.edits += 1
    message.isLoading = false
    this.write(message, draft, uploads)
  }

  /** The names of what will be attached after this. */
  filesAfter(message: PeerMessage | null, draft: Draft, uploads: readonly Upload[]): readonly string[] {
    return this.attached(message, draft, uploads).map((file) => file.name)
  }

  private write(message: PeerMessage, draft: Draft, uploads: readonly Upload[]): void {
    message.files = this.attached(message, draft, uploads)
    message.flags |= (draft.flags ?? 0) | (message.onlyFor === null ? 0 : MessageFlags.Ephemeral)
    if (draft.content !== undefined) message.content = draft.content ?? ''
    if (draft.embeds !== undefined) message.embeds = draft.embeds ?? []
    if (draft.components !== undefined) message.components = draft.components ?? []
    message.pings = pingsOf(message, draft.allowed_mentions ?? null)
  }

  private attached(message: PeerMessage | null, draft: Draft, uploads: readonly Upload[]): PeerMessage['files'] {
    const listed = draft.attachments ?? null
    const kept = (message?.files ?? []).filter(
      ({ id }) => listed === null || listed.some((one) => String(one.id) === id),
    )
    const added = uploads.map((upload, index) => {
      const about = listed?.find((one) => String(one.id) === String(index))
      const { filename = upload.name, description = '' } = about ?? {}
      return { id: this.clock.snowflake(), name: filename, bytes: upload.bytes, description }
    })
    return [...kept, ...added]
  }
}

/** Without `allowed_mentions` everybody is told: that is the trap. Embeds tell nobody. */
function pingsOf(message: PeerMessage, allowed: APIAllowedMentions | null): readonly string[] {
  const texts = [message.content, ...textDisplays(message.components)]
  const kinds = {
    '<@&': AllowedMentionsTypes.Role,
    '<@': AllowedMentionsTypes.User,
    '@': AllowedMentionsTypes.Everyone,
  }
  return texts
    .flatMap((text) => readMarkdown(text).mentions)
    .filter((mention) => {
      if (allowed === null) return true
      const kind = Object.entries(kinds).find(([start]) => mention.startsWith(start))?.[1]
      const id = /\d+/.exec(mention)?.[0] ?? ''
      const named = [...(allowed.users ?? []), ...(allowed.roles ?? [])].includes(id)
      return named || (kind !== undefined && allowed.parse?.includes(kind) === true)
    })
}

/** All text that is shown, in the order in which it is read. */
export function textDisplays(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(textDisplays)
  if (typeof part !== 'object' || part === null) return []
  const { type, content, components } = part as { type?: number; content?: unknown; components?: unknown }
  return type === 10 && typeof content === 'string' ? [content] : textDisplays(components)
}
