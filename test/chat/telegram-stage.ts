import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { TelegramPlatform } from '../../src/adapters/chat/telegram/telegram-platform.js'
import type { ChatPlatform } from '../../src/bot/chat.js'
import { commands } from '../../src/bot/commands/all.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteQuestions } from '../../src/infra/sqlite/questions.js'
import { freePort } from '../cli/free-port.js'
import { addGroup } from '../peers/telegram/group.js'
import type { PeerChat } from '../peers/telegram/model.js'
import type { Person, Seen as PeerSeen } from '../peers/telegram/person.js'
import { TelegramPeer } from '../peers/telegram/telegram-peer.js'
import type { ChatPerson, ChatStage, Seen, SeenForm } from './stage.js'

const WEBHOOK = 'https://bot.example.com/telegram'
const OWN_COMMANDS = new Set(commands.filter((one) => one.isFrequent && one.name !== 'start').map((one) => one.name))
const FIELDS = commands.flatMap((one) => one.args)

/** A group on Telegram with three people in it, and their private chats with the bot. */
export class TelegramStage implements ChatStage {
  readonly name: string
  readonly showsAlone = false
  readonly lacks = [] as const
  readonly people = {
    ada: new TelegramPerson(() => this.world('Ada')),
    grace: new TelegramPerson(() => this.world('Grace')),
    eve: new TelegramPerson(() => this.world('Eve')),
  }
  private joinedPeer: {
    readonly peer: TelegramPeer
    readonly group: PeerChat
    readonly people: Map<string, Person>
  } | null = null
  private port = 0

  constructor(private readonly mode: 'polling' | 'webhook') {
    this.name = `telegram by ${mode}`
  }

  get peer(): TelegramPeer {
    return this.there().peer
  }

  get group(): PeerChat {
    return this.there().group
  }

  person(name: 'Ada' | 'Grace' | 'Eve'): Person {
    return this.world(name).person
  }

  get channelPlace(): string {
    return String(this.group.id)
  }

  async start(): Promise<void> {
    const peer = await TelegramPeer.start()
    const people = new Map(['Ada', 'Grace', 'Eve'].map((name) => [name, peer.person(name)]))
    for (const person of people.values()) person.opens()
    const group = addGroup(peer.world, 'Team', [...people.values()], { kind: 'supergroup' })
    this.joinedPeer = { peer, group, people }
    this.port = await freePort()
    peer.delivery.webhookAt = `http://127.0.0.1:${this.port}${new URL(WEBHOOK).pathname}`
  }

  joined = (): Promise<void> => Promise.resolve()

  config(): Readonly<Record<string, unknown>> {
    const token_file = join(mkdtempSync(join(tmpdir(), 'sp-')), 'token')
    writeFileSync(token_file, `${this.peer.token}\n`, { mode: 0o600 })
    const listen = `127.0.0.1:${this.port}`
    const { mode } = this
    return { telegram: { enabled: true, token_file, mode, webhook_url: WEBHOOK, listen, api_root: this.peer.apiRoot } }
  }

  platform(): ChatPlatform {
    return new TelegramPlatform({
      token: this.peer.token,
      apiRoot: this.peer.apiRoot,
      webhook: this.mode === 'webhook' ? { url: WEBHOOK, host: '127.0.0.1', port: this.port } : null,
      admins: [],
      questions: new SqliteQuestions(openDatabase(':memory:')),
      clock: { now: () => new Date() },
      log: () => undefined,
    })
  }

  deliverTwice(isOn: boolean): void {
    this.peer.delivery.twice = isOn
  }

  async down(isDown: boolean): Promise<void> {
    await (isDown ? this.peer.down() : this.peer.up())
  }

  remove({ id }: Seen): void {
    const message = this.group.messages.find((one) => String(one.id) === id)
    if (message !== undefined) message.deleted = true
  }

  async close(): Promise<void> {
    await this.peer.close()
  }

  private world(name: string): { person: Person; group: PeerChat } {
    const { people, group } = this.there()
    return { person: people.get(name) ?? never(), group }
  }

  private there() {
    return this.joinedPeer ?? never()
  }
}

class TelegramPerson implements ChatPerson {
  private readonly answered = new Set<number>()

  constructor(private readonly world: () => { readonly person: Person; readonly group: PeerChat }) {}

  get identity(): string {
    return `telegram::${this.world().person.id}`
  }

  async says(words: string, where: 'channel' | 'direct' = 'channel'): Promise<void> {
    const { person, group } = this.world()
    const [command = '', ...rest] = words.split(' ')
    const addressee = where === 'channel' ? '@sandpiper_bot' : ''
    const line = OWN_COMMANDS.has(command)
      ? [`/${command}${addressee}`, ...rest].join(' ')
      : `/sandbox${addressee} ${words}`
    person.says(where === 'channel' ? group : person.direct, line)
  }

  async presses({ id }: Seen, label: string): Promise<void> {
    const message = this.all().find((one) => String(one.source.id) === id) ?? never()
    this.world().person.pressesOn(message.source, label)
  }

  async form(): Promise<SeenForm> {
    const { text } = await this.question()
    const asked = FIELDS.filter(({ help, label }) => text.includes(`${label}: ${help}`))
    return { text, fields: [...new Set(asked.map(({ name }) => name))] }
  }

  async fills(answers: Readonly<Record<string, string>>): Promise<void> {
    const { person, group } = this.world()
    for (const answer of Object.values(answers)) {
      const question = await this.question()
      this.answered.add(question.source.id)
      if (question.rows.flat().some(({ label }) => label === answer)) person.pressesOn(question.source, answer)
      else if (question.source.chat === group) person.says(group, answer, { replyTo: question.source })
      else person.says(person.direct, answer)
    }
  }

  readonly channel = (): readonly Seen[] => {
    const { person, group } = this.world()
    const toasts = person.toasts.filter(({ text }) => text !== '')
    return [
      ...this.said(group).map(asSeen),
      ...toasts.map(({ text }, index) => ({ id: `toast ${index}`, text, buttons: [], files: [] })),
    ]
  }

  readonly direct = (): readonly Seen[] => this.said(this.world().person.direct).map(asSeen)

  closeDirect(isClosed: boolean): void {
    const { person } = this.world()
    if (isClosed) person.blocks()
    else person.unblocks()
  }

  /** The newest that asks for an answer, with a field or with buttons, and was given none. */
  private question(): Promise<PeerSeen> {
    return vi.waitFor(
      () => {
        const asking = this.all().filter((one) => one.asksMe || isQuestion(one))
        return asking.findLast(({ source }) => !this.answered.has(source.id)) ?? never()
      },
      { timeout: 5000, interval: 20 },
    )
  }

  private all(): readonly PeerSeen[] {
    const { person, group } = this.world()
    return [...this.said(group), ...this.said(person.direct)].toSorted((a, b) => a.source.id - b.source.id)
  }

  /** What people typed themselves is no news to a test. */
  private said(chat: PeerChat): readonly PeerSeen[] {
    return this.world()
      .person.sees(chat)
      .filter(({ source }) => source.from.is_bot)
  }
}

function isQuestion({ source }: PeerSeen): boolean {
  const buttons = source.keyboard?.inline_keyboard.flat() ?? []
  return buttons.some((button) => 'callback_data' in button && button.callback_data.startsWith('q:'))
}

function asSeen({ source, text, rows, file }: PeerSeen): Seen {
  return {
    id: String(source.id),
    text: text.replaceAll('\u2060', ''),
    buttons: rows.flat().map(({ label, url }) => ({ label, url })),
    files: file === null ? [] : [file.name],
  }
}

function never(): never {
  throw new Error('it is not there')
}
