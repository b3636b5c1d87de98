import type { BotCommand, Update, User } from '@grammyjs/types'
import { findEntities } from './formatted.js'
import type { PeerChat, Press, StoredMessage, Toast } from './model.js'
import { chatObject, messageObject } from './objects.js'
import { badRequest, forbidden } from './refusal.js'

const ANONYMOUS: User = { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
const CHANNEL_BOT: User = { id: 136817688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' }

/** All that Telegram knows: people, chats, messages, presses, commands. */
export class World {
  readonly bot: User & { username: string } = {
    id: 4242,
    is_bot: true,
    first_name: 'Sandpiper',
    username: 'sandpiper_bot',
  }
  readonly users = new Map<number, User>()
  readonly chats = new Map<number, PeerChat>()
  readonly presses = new Map<string, Press>()
  readonly toasts = new Map<number, Toast[]>()
  /** By scope and language. */
  readonly commands = new Map<string, readonly BotCommand[]>()
  /** Who closed their private chat with the bot. */
  readonly blocked = new Set<number>()
  private lastId = 1000

  constructor(
    readonly now: () => number,
    readonly emit: (update: Omit<Update, 'update_id'>) => number,
  ) {}

  newId(): number {
    return ++this.lastId
  }

  addUser(name: string, username: string): User {
    const user: User = { id: this.newId(), is_bot: false, first_name: name, username, language_code: 'en' }
    this.users.set(user.id, user)
    return user
  }

  addChat(chat: Omit<PeerChat, 'messages' | 'upgradedTo'>): PeerChat {
    const made = { ...chat, messages: [], upgradedTo: null }
    this.chats.set(made.id, made)
    return made
  }

  /** There is none before the person has started the bot. */
  privateChat(user: User): PeerChat | undefined {
    return this.chats.get(user.id)
  }

  /** Where the bot may write; refuses as the real server does. */
  writable(chatId: unknown): PeerChat {
    const id = Number(chatId)
    const chat = this.chats.get(id)
    if (chat === undefined && this.users.has(id)) throw forbidden("bot can't initiate conversation with a user")
    if (chat === undefined) throw badRequest('chat not found')
    if (chat.upgradedTo !== null)
      throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.upgradedTo })
    if (this.blocked.has(id)) throw forbidden('bot was blocked by the user')
    if (chat.bot === 'kicked') throw forbidden(`bot was kicked from the ${chat.kind} chat`)
    if (chat.bot === 'out') throw forbidden(`bot is not a member of the ${chat.kind} chat`)
    return chat
  }

  /** A message that the bot sent there and that is still there. */
  editable(chatId: unknown, messageId: unknown): StoredMessage {
    const message = this.writable(chatId).messages.find((one) => one.id === messageId && !one.deleted)
    if (message === undefined) throw badRequest('message to edit not found')
    // Only messages without a reply_markup, or with an inline keyboard.
    if (message.from.id !== this.bot.id || message.asks !== null) throw badRequest("message can't be edited")
    return message
  }

  /** What a person, or somebody who speaks for a chat, writes; the bot hears of it where privacy mode lets it. */
  type(
    chat: PeerChat,
    from: User | 'anonymous' | 'channel',
    text: string,
    more: Partial<StoredMessage> = {},
  ): StoredMessage {
    const message: StoredMessage = {
      id: this.newId(),
      chat,
      from: from === 'anonymous' ? ANONYMOUS : from === 'channel' ? CHANNEL_BOT : from,
      ...(from === 'anonymous' ? { senderChat: chatObject(chat) } : {}),
      ...(from === 'channel' ? { senderChat: { id: -100999, type: 'channel', title: 'News' } } : {}),
      topic: null,
      date: Math.floor(this.now() / 1000),
      replyTo: null,
      file: null,
      asks: null,
      text,
      entities: findEntities(text),
      keyboard: null,
      edits: 0,
      editedAt: null,
      deleted: false,
      ...more,
    }
    chat.messages.push(message)
    if (this.hears(message)) this.emit({ message: messageObject(message) as NonNullable<Update['message']> })
    return message
  }

  press(from: User, message: StoredMessage, data: string): Press {
    const press: Press = {
      id: `${this.newId()}0`,
      from,
      at: this.now(),
      pressedAt: performance.now(),
      answeredAt: null,
    }
    this.presses.set(press.id, press)
    const told = message.deleted
      ? { chat: chatObject(message.chat), message_id: message.id, date: 0 as const }
      : messageObject(message)
    const chat_instance = String(message.chat.id)
    this.emit({ callback_query: { id: press.id, from, message: told, chat_instance, data } })
    return press
  }

  /** Privacy mode, as it is by default: of a group, commands and replies to the bot alone; an administrator hears all. */
  private hears({ chat, entities, text, replyTo, from }: StoredMessage): boolean {
    if (from.id === this.bot.id || chat.bot === 'out' || chat.bot === 'kicked') return false
    if (chat.kind === 'private' || chat.bot === 'administrator') return true
    if (replyTo?.from.id === this.bot.id) return true
    const commands = entities.filter((one) => one.type === 'bot_command')
    return commands.some(({ offset, length }) => {
      const [, addressee] = text.slice(offset, offset + length).split('@')
      return addressee === undefined || addressee.toLowerCase() === this.bot.username.toLowerCase()
    })
  }
}
