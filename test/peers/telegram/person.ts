import type { InlineKeyboardButton, User } from '@grammyjs/types'
import type { PeerChat, StoredMessage, Toast } from './model.js'
import { chatObject } from './objects.js'
import type { World } from './world.js'

export interface SeenButton {
  readonly label: string
  readonly url: string | null
  readonly style: string | null
}

/** A message as this person's screen shows it. */
export interface Seen {
  readonly text: string
  /** Pieces with a look or an effect of their own: `code myapp`, `mention @ada`, `text_link https://…`. */
  readonly marks: readonly string[]
  readonly rows: readonly (readonly SeenButton[])[]
  readonly file: { readonly name: string; readonly bytes: Uint8Array } | null
  readonly mine: boolean
  readonly edits: number
  readonly topic: number | null
  /** Whether the field for an answer opened for this person. */
  readonly asksMe: boolean
  readonly source: StoredMessage
}

export interface Typing {
  readonly topic?: number
  readonly replyTo?: StoredMessage
  /** How many milliseconds ago it was typed. */
  readonly ago?: number
}

/** The hands and eyes of one user of Telegram. */
export class Person {
  readonly id: number

  constructor(
    private readonly world: World,
    readonly user: User,
  ) {
    this.id = user.id
  }

  /** The private chat with the bot; there is none before `starts`. */
  get direct(): PeerChat {
    const chat = this.world.privateChat(this.user)
    if (chat === undefined) throw new Error(`${this.user.first_name} has not started the bot`)
    return chat
  }

  /** Has the private chat from earlier on, without a word now. */
  opens(): PeerChat {
    const { id, first_name, username } = this.user
    return (
      this.world.privateChat(this.user) ??
      this.world.addChat({
        id,
        kind: 'private',
        title: first_name,
        userName: username ?? null,
        members: new Map([[id, 'member']]),
        topics: null,
        bot: 'member',
      })
    )
  }

  /** Opens the private chat, or opens it again: the first thing that a person sends there, by a button of Telegram. */
  starts(payload = ''): StoredMessage {
    const chat = this.opens()
    this.unblocks()
    return this.says(chat, `/start ${payload}`.trim())
  }

  says(chat: PeerChat, text: string, { topic, replyTo, ago = 0 }: Typing = {}): StoredMessage {
    const date = Math.floor((this.world.now() - ago) / 1000)
    return this.world.type(chat, this.user, text, {
      date,
      topic: topic ?? replyTo?.topic ?? null,
      replyTo: replyTo ?? null,
    })
  }

  /** Answers in the field that the bot opened for this person. */
  answers(chat: PeerChat, text: string, typing: Omit<Typing, 'replyTo'> = {}): StoredMessage {
    const question = this.sees(chat).findLast((one) => one.asksMe)
    if (question === undefined) throw new Error(`nothing asks ${this.user.first_name}`)
    return this.says(chat, text, { ...typing, replyTo: question.source })
  }

  sendsAFile(chat: PeerChat, name: string, bytes: Uint8Array): StoredMessage {
    return this.world.type(chat, this.user, '', { file: { kind: 'document', name, bytes } })
  }

  /** Presses the newest button of that label, as it is shown now. */
  presses(chat: PeerChat, label: string): void {
    const message = this.sees(chat).findLast((one) => one.rows.flat().some((button) => button.label === label))
    if (message === undefined) throw new Error(`no button ${label}`)
    this.pressesOn(message.source, label)
  }

  pressesOn(message: StoredMessage, label: string): void {
    const buttons: readonly InlineKeyboardButton[] = message.keyboard?.inline_keyboard.flat() ?? []
    const button = buttons.find((one) => one.text === label)
    if (button === undefined || !('callback_data' in button)) throw new Error(`no button ${label} to press`)
    this.pressesData(message, button.callback_data)
  }

  /** Data that no shown button carries: an old client's, or forged. */
  pressesData(message: StoredMessage, data: string): void {
    this.world.press(this.user, message, data)
  }

  /** Follows a link of the shape `https://t.me/sandpiper_bot?start=PAYLOAD`. */
  follows(url: string): StoredMessage {
    const { hostname, pathname, searchParams } = new URL(url)
    if (hostname !== 't.me' || pathname !== `/${this.world.bot.username}`) throw new Error(`${url} leads elsewhere`)
    return this.starts(searchParams.get('start') ?? '')
  }

  /** From now on the bot may not write here. */
  blocks(): void {
    this.world.blocked.add(this.id)
    this.memberUpdate('kicked')
  }

  unblocks(): void {
    if (this.world.blocked.delete(this.id)) this.memberUpdate('member')
  }

  sees(chat: PeerChat): readonly Seen[] {
    if (!chat.members.has(this.id)) return []
    return chat.messages.filter((one) => !one.deleted).map((one) => this.seen(one))
  }

  get toasts(): readonly Toast[] {
    return this.world.toasts.get(this.id) ?? []
  }

  /** The commands that Telegram offers this person while typing `/` there. */
  menu(chat: PeerChat): readonly string[] {
    const isAdmin = chat.members.get(this.id) !== 'member'
    const scopes =
      chat.kind === 'private'
        ? [{ type: 'chat', chat_id: chat.id }, { type: 'all_private_chats' }, { type: 'default' }]
        : [
            { type: 'chat', chat_id: chat.id },
            ...(isAdmin ? [{ type: 'all_chat_administrators' }] : []),
            { type: 'all_group_chats' },
            { type: 'default' },
          ]
    const first = scopes.map((scope) => this.world.commands.get(JSON.stringify(scope))).find((one) => one !== undefined)
    return (first ?? []).map((one) => one.command)
  }

  private seen(message: StoredMessage): Seen {
    const { text, entities, keyboard, file, edits, topic, asks } = message
    const rows = keyboard?.inline_keyboard ?? []
    return {
      text,
      marks: entities.map((one) => {
        const piece = text.slice(one.offset, one.offset + one.length)
        return `${one.type} ${'url' in one ? one.url : piece}`
      }),
      rows: rows.map((row) =>
        row.map((button) => ({
          label: button.text,
          url: 'url' in button ? button.url : null,
          style: button.style ?? null,
        })),
      ),
      file,
      mine: message.from.id === this.id,
      edits,
      topic,
      asksMe: asks !== null && (asks.only === 'all' || asks.only.includes(this.id)),
      source: message,
    }
  }

  private memberUpdate(status: 'kicked' | 'member'): void {
    const chat = this.world.privateChat(this.user)
    if (chat === undefined) return
    const member = (now: string): object => ({ user: this.world.bot, status: now, until_date: 0 })
    const update = {
      chat: chatObject(chat),
      from: this.user,
      date: Math.floor(this.world.now() / 1000),
      old_chat_member: member(status === 'member' ? 'kicked' : 'member'),
      new_chat_member: member(status),
    }
    this.world.emit({ my_chat_member: update } as unknown as Parameters<World['emit']>[0])
  }
}
