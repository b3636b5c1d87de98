import type { Bot } from 'grammy'
import {
  PlatformRefusal,
  type Budget,
  type ChatPlatform,
  type CommandMenuEntry,
  type Destination,
  type MessageRef,
  type PlaceId,
  type PlatformHealth,
  type Router,
} from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import type { Identity } from '../../../core/person.js'
import type { Clock } from '../../../core/ports.js'
import { Background } from './background.js'
import { telegramClient, type ClientOptions } from './client.js'
import { Connection } from './connection.js'
import { PLATFORM } from './event.js'
import { Hints } from './hints.js'
import { Inbound } from './inbound.js'
import { commandName, menusOf, registerMenu } from './menu.js'
import { isGroup, readPlace } from './places.js'
import { Polling } from './polling.js'
import type { QuestionStore } from './question.js'
import { Sender } from './sender.js'
import { Voice } from './voice.js'
import { Webhook, type WebhookOptions } from './webhook.js'

export interface TelegramOptions extends ClientOptions {
  /** Null for long polling. */
  readonly webhook: WebhookOptions | null
  /** User ids of those who may do everything: their menu has what only they may use. */
  readonly admins: readonly number[]
  readonly questions: QuestionStore
  readonly clock: Clock
  readonly log: Log
}

/** What Telegram asks bots to keep to: one message a second in a chat, 20 a minute in a group, about 30 a second in all. */
const PER_MINUTE = { all: 1500, chat: 60, group: 20 }
const SETTLE_MS = 500

/** Telegram through its Bot API. It shows nothing to one person alone in a group: that goes to the private chat. */
export class TelegramPlatform implements ChatPlatform {
  readonly name = PLATFORM
  private readonly bot: Bot
  private readonly sender: Sender
  private connection: Connection | null = null
  private background: Background | null = null
  private voice: Voice | null = null

  constructor(private readonly options: TelegramOptions) {
    this.bot = telegramClient(options)
    this.sender = new Sender(this.bot.api, () => this.connection?.suspect())
  }

  async start(menu: readonly CommandMenuEntry[], router: Router): Promise<void> {
    const { webhook, admins, questions, clock, log } = this.options
    const menus = menusOf(menu, admins)
    const receiver = webhook === null ? new Polling() : new Webhook(webhook, log)
    const connection = new Connection({
      bot: this.bot,
      receiver,
      clock,
      connected: () => {
        router.connected(PLATFORM)
        inbound.resume()
        for (const one of menus) background.run('a menu', () => registerMenu(this.bot.api, one))
      },
      log,
    })
    const background = new Background(connection.signal, log)
    const { sender } = this
    const bot = (): Bot['botInfo'] => this.bot.botInfo
    const botName = (): string => bot().username
    const voice = new Voice({ sender, background, hints: new Hints(clock), botName })
    const inbound = new Inbound({
      router,
      sender,
      voice,
      background,
      store: questions,
      clock,
      known: new Set(menu.flatMap((one) => commandName(one.name) ?? [])),
      bot,
      started: (user) => {
        const own = menus.find(({ scope }) => scope.type === 'chat' && String(scope.chat_id) === user)
        if (own !== undefined) background.run('a menu', () => registerMenu(this.bot.api, own))
      },
      lastContact: () => connection.lastContact,
    })
    this.listen(inbound)
    this.connection = connection
    this.background = background
    this.voice = voice
    connection.start()
  }

  async stop(): Promise<void> {
    await this.connection?.stop()
    const settled = this.background?.settled()
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())])
  }

  async post(place: PlaceId, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (to !== 'all') return this.alone(place, to, message)
    if (message.secret === true && isGroup(readPlace(place).chat))
      throw new PlatformRefusal('a secret is for nobody else')
    const sent = await this.sender.send(readPlace(place), message)
    if (sent === 'closed') throw new PlatformRefusal('the bot may not write there')
    return sent
  }

  async edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef | 'gone'> {
    return this.sender.edit(ref, message)
  }

  async direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    return this.alone(identity.user, identity, message)
  }

  budgets(destination: Destination): readonly Budget[] {
    const chat = chatOf(destination)
    const perMinute = isGroup(chat) ? PER_MINUTE.group : PER_MINUTE.chat
    return [
      { key: 'all', perMinute: PER_MINUTE.all },
      { key: `chat ${chat}`, perMinute },
    ]
  }

  health(): PlatformHealth {
    return this.connection?.health ?? { state: 'down', reason: 'Telegram is not started', fix: 'Start Sandpiper.' }
  }

  invitation(): string | null {
    return this.bot.isInited() ? `https://t.me/${this.bot.botInfo.username}` : null
  }

  private async alone(place: PlaceId, to: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (this.voice === null) throw new Error('Telegram is not started')
    return this.voice.alone(place, to.user, message)
  }

  /** No handler ever throws: what it could not write down it says, and a mistake of ours must not stop the rest. */
  private listen(inbound: Inbound): void {
    const guarded = async (take: () => Promise<void> | void): Promise<void> => {
      try {
        await take()
      } catch (error) {
        this.options.log('an update could not be handled', { error })
      }
    }
    this.bot.on('message', (ctx) => guarded(() => inbound.message(ctx.update.update_id, ctx.message)))
    this.bot.on('callback_query', (ctx) => guarded(() => inbound.press(ctx.update.update_id, ctx.callbackQuery)))
    this.bot.on('my_chat_member', (ctx) => guarded(() => inbound.member(ctx.myChatMember)))
  }
}

/** What is for one alone goes to their private chat, wherever they asked. */
function chatOf(destination: Destination): string {
  if ('direct' in destination) return destination.direct.user
  return destination.to === 'all' ? readPlace(destination.place).chat : destination.to.user
}
