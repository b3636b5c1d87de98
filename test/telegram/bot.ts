import { inspect } from 'node:util'
import { afterEach, expect, vi } from 'vitest'
import { TelegramPlatform, type TelegramOptions } from '../../src/adapters/chat/telegram/telegram-platform.js'
import type { Accepted, Asker, ChatInput, ChatRequest, Form, Parsed, Router } from '../../src/bot/chat.js'
import { commands } from '../../src/bot/commands/all.js'
import type { ActionToken, CommandCall, PlatformMessage } from '../../src/bot/message.js'
import type { Identity } from '../../src/core/person.js'
import { openDatabase, type Db } from '../../src/infra/sqlite/database.js'
import { SqliteQuestions } from '../../src/infra/sqlite/questions.js'
import { everyForm } from '../bot/every-card.js'
import { addGroup, type GroupShape } from '../peers/telegram/group.js'
import type { PeerChat } from '../peers/telegram/model.js'
import type { Person, Seen } from '../peers/telegram/person.js'
import { TelegramPeer } from '../peers/telegram/telegram-peer.js'

export const patient = { timeout: 5000, interval: 10 }

export interface Taken {
  readonly request: ChatRequest
  readonly call: CommandCall
}

/** A router that keeps what it is asked: forms for the commands that have one, refusals where a test says so. */
class TestRouter implements Router {
  readonly asked: { readonly asker: Asker; readonly input: ChatInput }[] = []
  readonly taken: Taken[] = []
  readonly reached: Identity[] = []
  connects = 0
  refusal: PlatformMessage | null = null
  /** What is written down nowhere, because the disk is full. */
  unwritten: PlatformMessage | null = null
  /** Beside those of every command. */
  readonly forms: Record<string, Form> = {}

  parse = (asker: Asker, input: ChatInput): Parsed => {
    this.asked.push({ asker, input })
    if (this.refusal !== null) return { kind: 'refuse', message: this.refusal }
    if (input.kind === 'words') {
      const form = this.forms[input.text] ?? everyForm[`form-${input.text.replaceAll(' ', '-')}`]
      if (form !== undefined) return { kind: 'form', form }
      const [command = '', ...rest] = input.text.split(' ')
      return { kind: 'run', audience: 'caller', call: { command, args: { rest: rest.join(' ') } } }
    }
    const args = input.kind === 'form' ? input.answers : {}
    return { kind: 'run', audience: 'caller', call: { command: input.kind, args } }
  }

  accept = (request: ChatRequest, call: CommandCall): Accepted => {
    if (!this.taken.some((one) => one.request.eventKey === request.eventKey)) this.taken.push({ request, call })
    return { ended: Promise.resolve('done'), refused: this.unwritten }
  }

  home = (): PlatformMessage => ({ blocks: [] })
  reachable = (identity: Identity): void => void this.reached.push(identity)
  connected = (): void => void (this.connects += 1)
  left = (): void => undefined
  moved = (): void => undefined

  /** The command and arguments of what was taken, the newest last. */
  get calls(): readonly CommandCall[] {
    return this.taken.map(({ call }) => call)
  }
}

/** The adapter on a peer, with people around it. Closed after each test. */
export class TestBot {
  readonly router = new TestRouter()
  readonly logged: string[] = []
  readonly ada: Person
  readonly grace: Person
  private readonly db: Db = openDatabase(':memory:')
  platform: TelegramPlatform

  private constructor(
    readonly peer: TelegramPeer,
    private readonly options: Partial<TelegramOptions>,
  ) {
    this.ada = peer.person('Ada')
    this.grace = peer.person('Grace')
    this.platform = this.made()
  }

  static async start(options: Partial<TelegramOptions> = {}): Promise<TestBot> {
    const bot = new TestBot(await TelegramPeer.start(), options)
    open.push(bot)
    await bot.serve()
    return bot
  }

  /** Does not wait for Telegram. */
  static async begin(peer: TelegramPeer, options: Partial<TelegramOptions> = {}): Promise<TestBot> {
    const bot = new TestBot(peer, options)
    open.push(bot)
    await bot.platform.start(menu, bot.router)
    return bot
  }

  async serve(): Promise<void> {
    await this.platform.start(menu, this.router)
    await vi.waitFor(() => expect(this.platform.health()).toEqual({ state: 'up' }), patient)
  }

  /** The same database, a new process as far as the adapter can tell. */
  async restart(): Promise<void> {
    await this.platform.stop()
    this.platform = this.made()
    await this.serve()
  }

  group(shape: GroupShape = {}): PeerChat {
    return addGroup(this.peer.world, 'Team', [this.ada, this.grace], { kind: 'supergroup', ...shape })
  }

  /** What the bot said there, as this person reads it: waits until something reads so. */
  async reads(person: Person, chat: PeerChat, words: string): Promise<Seen> {
    return vi.waitFor(() => {
      const found = this.said(person, chat).findLast(({ text }) => text.includes(words))
      if (found === undefined)
        throw new Error(`${words} is not there, but:\n${this.texts(person, chat).join('\n--\n')}`)
      return found
    }, patient)
  }

  said(person: Person, chat: PeerChat): readonly Seen[] {
    return person.sees(chat).filter(({ source }) => source.from.id === this.peer.world.bot.id)
  }

  texts(person: Person, chat: PeerChat): readonly string[] {
    return this.said(person, chat).map(({ text }) => text)
  }

  /** Until every update has been confirmed. */
  async settled(): Promise<void> {
    await vi.waitFor(() => expect(this.peer.delivery.unconfirmed()).toEqual([]), patient)
  }

  async close(): Promise<void> {
    await this.platform.stop()
    await this.peer.close()
    this.db.close()
  }

  private made(): TelegramPlatform {
    return new TelegramPlatform({
      token: this.peer.token,
      apiRoot: this.peer.apiRoot,
      webhook: null,
      admins: [],
      questions: new SqliteQuestions<Form>(this.db),
      clock: { now: () => new Date(this.peer.now()) },
      log: (message, details) => this.logged.push(`${message} ${inspect(details, { depth: 8, showHidden: true })}`),
      ...this.options,
    })
  }
}

const menu = commands.map(({ need, ...rest }) => ({ ...rest, needsAdmin: need === 'admin' }))
const open: TestBot[] = []

afterEach(async () => {
  for (const bot of open.splice(0)) {
    await bot.close()
    expect(bot.logged.join('\n')).not.toContain(bot.peer.token)
  }
})

export function says(text: string, token?: string): PlatformMessage {
  const press = token as ActionToken
  const buttons = [{ block: 'buttons' as const, buttons: [{ label: 'Press', press }] }]
  return { blocks: [{ block: 'text', inlines: [text] }, ...(token === undefined ? [] : buttons)] }
}
