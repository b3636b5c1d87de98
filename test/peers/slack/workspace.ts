import type { HomeView, KnownBlock, ModalView } from '@slack/types'
import type { Clock } from './clock.js'
import { Refused } from './refused.js'

export interface User {
  readonly id: string
  /** What people write after `@`. */
  readonly name: string
  readonly team: string
  readonly enterprise: string | null
  /** Deactivated: nobody can write to them any more. */
  isDisabled: boolean
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'private' | 'im'
  readonly members: Set<string>
}

export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly bytes: Buffer
}

/** A file on its way: announced, and perhaps with its bytes. */
export interface Upload {
  readonly id: string
  readonly name: string
  readonly length: number
  bytes: Buffer | null
}

export interface Posted {
  readonly channel: string
  readonly ts: string
  readonly threadTs: string | null
  /** A user's id; the bot's own where the app speaks. */
  readonly author: string
  /** Who alone sees it; null for all who read the channel. */
  readonly only: string | null
  text: string
  blocks: readonly KnownBlock[]
  /** Whom it notified, edits and all. */
  pings: readonly string[]
  readonly files: readonly StoredFile[]
  /** Whether links in it are to be shown with a preview. */
  readonly unfurls: boolean
  edits: number
  isDeleted: boolean
}

export interface OpenView {
  readonly id: string
  readonly user: string
  readonly externalId: string | null
  hash: string
  view: ModalView
  /** What Slack shows in the form after it was sent: by block id, or for all of it under ''. */
  errors: Readonly<Record<string, string>>
}

export const TEAM = 'T0SAND'
export const BOT_USER = 'U0BOT'
export const BOT_ID = 'B0BOT'
export const APP_ID = 'A0SAND'

/** Who and what is in the workspace. The bot belongs to no channel until it is invited. */
export class Workspace {
  readonly users = new Map<string, User>()
  readonly channels = new Map<string, Channel>()
  readonly posted: Posted[] = []
  readonly uploads = new Map<string, Upload>()
  /** The forms that are open, the newest last. */
  readonly views: OpenView[] = []
  readonly homes = new Map<string, HomeView>()
  private readonly watchers: ((message: Posted, how: 'posted' | 'changed') => void)[] = []
  private serial = 0

  constructor(readonly clock: Clock) {
    this.users.set(BOT_USER, { id: BOT_USER, name: 'sandpiper', team: TEAM, enterprise: null, isDisabled: false })
  }

  /** `prefix` is the kind: U, C, D, F, V. */
  newId(prefix: string): string {
    this.serial += 1
    return `${prefix}0${this.serial.toString(36).toUpperCase().padStart(4, '0')}`
  }

  addUser(name: string, from: { id?: string; team?: string; enterprise?: string } = {}): User {
    const { id = this.newId('U'), team = TEAM, enterprise = null } = from
    const user: User = { id, name, team, enterprise, isDisabled: false }
    this.users.set(team === TEAM ? id : `${team}:${id}`, user)
    return user
  }

  addChannel(name: string, members: readonly User[], kind: 'public' | 'private' = 'public'): Channel {
    const channel: Channel = { id: this.newId('C'), name, kind, members: new Set(members.map(({ id }) => id)) }
    this.channels.set(channel.id, channel)
    return channel
  }

  /** The conversation of the bot with one person. */
  direct(user: string): Channel {
    const known = [...this.channels.values()].find(
      ({ kind, members }) => kind === 'im' && members.has(user) && members.has(BOT_USER),
    )
    if (known !== undefined) return known
    const members = new Set([user, BOT_USER])
    const channel: Channel = { id: this.newId('D'), name: 'directmessage', kind: 'im', members }
    this.channels.set(channel.id, channel)
    return channel
  }

  /** Where the bot may post: as Slack says it, a private channel that it is not in does not exist. */
  channelForBot(id: string): Channel {
    const channel = this.channels.get(id)
    if (channel === undefined) throw new Refused('channel_not_found')
    if (channel.members.has(BOT_USER)) return channel
    throw new Refused(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found')
  }

  /** Nothing new can be said to somebody whose account is deactivated. */
  openForBot(id: string): Channel {
    const channel = this.channelForBot(id)
    const isClosed = channel.kind === 'im' && [...channel.members].some((user) => this.users.get(user)?.isDisabled)
    if (isClosed) throw new Refused('channel_not_found')
    return channel
  }

  message(channel: string, ts: string): Posted {
    const found = this.posted.find((one) => one.channel === channel && one.ts === ts && one.only === null)
    if (found === undefined || found.isDeleted) throw new Refused('message_not_found')
    return found
  }

  post(message: Omit<Posted, 'ts' | 'edits' | 'isDeleted' | 'files'> & { files?: readonly StoredFile[] }): Posted {
    const posted: Posted = { files: [], ...message, ts: this.clock.timestamp(), edits: 0, isDeleted: false }
    this.posted.push(posted)
    this.tell(posted, 'posted')
    return posted
  }

  change(message: Posted, content: Pick<Posted, 'text' | 'blocks' | 'pings'>): void {
    message.text = content.text
    message.blocks = content.blocks
    message.pings = [...message.pings, ...content.pings]
    message.edits += 1
    this.tell(message, 'changed')
  }

  /** Hears of each message of the bot, and of each edit. */
  watch(watcher: (message: Posted, how: 'posted' | 'changed') => void): void {
    this.watchers.push(watcher)
  }

  private tell(message: Posted, how: 'posted' | 'changed'): void {
    if (message.author === BOT_USER) for (const watcher of this.watchers) watcher(message, how)
  }
}
