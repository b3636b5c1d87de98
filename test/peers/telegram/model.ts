import type { Chat, InlineKeyboardMarkup, MessageEntity, User } from '@grammyjs/types'

export interface StoredFile {
  readonly kind: 'document' | 'photo'
  readonly name: string
  readonly bytes: Uint8Array
}

/** A message as it is now; `edits` counts how often the bot changed it. */
export interface StoredMessage {
  readonly id: number
  readonly chat: PeerChat
  readonly from: User
  readonly senderChat?: Chat
  readonly topic: number | null
  readonly date: number
  readonly replyTo: StoredMessage | null
  readonly file: StoredFile | null
  /** Only these people are shown the field for an answer; null where the message asks nobody. */
  readonly asks: { readonly only: readonly number[] | 'all' } | null
  text: string
  entities: readonly MessageEntity[]
  keyboard: InlineKeyboardMarkup | null
  edits: number
  /** In seconds; null while it is as it was sent. */
  editedAt: number | null
  deleted: boolean
}

export interface PeerChat {
  readonly id: number
  readonly kind: 'private' | 'group' | 'supergroup'
  readonly title: string
  /** Of the person, in a private chat. */
  readonly userName: string | null
  readonly members: Map<number, 'creator' | 'administrator' | 'member'>
  /** Topics by their id; null where the group has none. The general topic has no id in messages. */
  readonly topics: Map<number, { readonly name: string; closed: boolean }> | null
  readonly messages: StoredMessage[]
  bot: 'out' | 'member' | 'administrator' | 'kicked'
  upgradedTo: number | null
}

export interface Press {
  readonly id: string
  readonly from: User
  /** By the clock of the world. */
  readonly at: number
  /** Monotonic, in milliseconds, as `pressedAt`. */
  answeredAt: number | null
  readonly pressedAt: number
}

/** What a pressed button answered: a line over the chat, a box, or a link that opens. */
export interface Toast {
  readonly text: string
  readonly alert: boolean
  readonly url: string
}
