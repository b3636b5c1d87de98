import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationCommandOptionType, REST, Routes } from 'discord.js'
import { vi } from 'vitest'
import { DiscordPlatform } from '../../src/adapters/chat/discord/platform.js'
import { RateLimited, type ChatPlatform, type MessageRef } from '../../src/bot/chat.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import type { Identity } from '../../src/core/person.js'
import { DiscordPeer } from '../peers/discord/discord-peer.js'
import type { Person } from '../peers/discord/person.js'
import type { Shown } from '../peers/discord/shown.js'
import type { PeerChannel } from '../peers/discord/world.js'
import type { ChatPerson, ChatStage, Seen, SeenForm } from './stage.js'

/** Discord as its people use it: one server, one channel, and the real client library on a strict double. */
export class DiscordStage implements ChatStage {
  readonly name = 'Discord'
  readonly showsAlone = true
  readonly lacks = [] as const
  readonly peer = new DiscordPeer()
  readonly guild = this.peer.guild('Acme')
  readonly channel = this.peer.channel(this.guild, 'general')
  readonly people = { ada: this.member('Ada'), grace: this.member('Grace'), eve: this.member('Eve') }
  readonly tokenFile = join(mkdtempSync(join(tmpdir(), 'sp-')), 'token')

  async start(): Promise<void> {
    await this.peer.start()
    this.writeToken()
  }

  /** What an operator does with a new token. */
  writeToken(): void {
    writeFileSync(this.tokenFile, `${this.peer.token}\n`)
  }

  /** The menu alone, with no bot behind it. */
  async registerForBench(): Promise<void> {
    const rest = new REST({ api: this.peer.apiUrl, version: '10' }).setToken(this.peer.token)
    const route = Routes.applicationGuildCommands(this.peer.world.applicationId, this.guild.id)
    const list = { type: ApplicationCommandOptionType.Subcommand, name: 'list', description: 'Lists' }
    await rest.put(route, { body: [{ name: 'sandbox', description: 'Sandboxes', options: [list] }] })
  }

  /** Until the menu is there nobody can type a command, and until the bot listens nobody hears one. */
  async joined(): Promise<void> {
    const isThere = (): void => {
      this.people.ada.menuIsThere()
      if (this.peer.gateway.connected === 0) throw new Error('the bot is not connected')
    }
    await vi.waitFor(isThere, { timeout: 10_000, interval: 10 })
  }

  config(): Readonly<Record<string, unknown>> {
    return {
      discord: { enabled: true, token_file: this.tokenFile, guilds: [this.guild.id], api_url: this.peer.apiUrl },
    }
  }

  platform(): ChatPlatform {
    const { peer, guild } = this
    // The contract calls the adapter without the outbox, which keeps within the limits.
    peer.limits.isOn = false
    return new PatientPlatform({
      apiUrl: peer.apiUrl,
      token: () => peer.token,
      guilds: [guild.id],
      log: () => undefined,
    })
  }

  get channelPlace(): string {
    return `channel/${this.channel.id}`
  }

  deliverTwice(isOn: boolean): void {
    this.peer.deliveries = isOn ? 2 : 1
  }

  async down(isDown: boolean): Promise<void> {
    if (isDown) this.peer.down()
    else this.peer.up()
  }

  remove({ id }: Seen): void {
    const message = this.peer.world.messages.get(id)
    if (message === undefined) throw new Error(`there is no message ${id}`)
    message.isDeleted = true
  }

  close(): Promise<void> {
    return this.peer.stop()
  }

  private member(name: string): Member {
    return new Member(this.peer.person(name), this.channel)
  }
}

/** Waits where the library says so, as the outbox would: 50 requests a second are all that a bot has. */
class PatientPlatform extends DiscordPlatform {
  override async direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    for (;;) {
      try {
        return await super.direct(identity, message)
      } catch (error) {
        if (!(error instanceof RateLimited)) throw error
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs))
      }
    }
  }
}

class Member implements ChatPerson {
  constructor(
    readonly person: Person,
    private readonly home: PeerChannel,
  ) {}

  get identity(): string {
    return `discord:${this.person.id}`
  }

  menuIsThere(): void {
    for (const channel of [this.home, this.person.directChannel]) {
      if (this.person.menu(channel).length === 0) throw new Error('there is no slash command yet')
    }
  }

  async says(words: string, where: 'channel' | 'direct' = 'channel'): Promise<void> {
    const channel = where === 'channel' ? this.home : this.person.directChannel
    if (this.person.knows(channel, words)) this.person.command(channel, words)
    else this.person.outdated(channel, words)
  }

  async presses(message: Seen, label: string): Promise<void> {
    this.person.press(this.shown(message), label)
  }

  async form(): Promise<SeenForm> {
    return vi.waitFor(() => {
      const fields = this.person.fields
      if (fields === null) throw new Error(`no form is open before ${this.person.user.name}`)
      return { text: this.person.formText, fields: [...fields.keys()] }
    })
  }

  async fills(answers: Readonly<Record<string, string>>): Promise<void> {
    const labels = this.person.fields ?? new Map<string, string>()
    this.person.fillIn(
      Object.fromEntries(Object.entries(answers).map(([name, value]) => [labels.get(name) ?? name, value])),
    )
  }

  readonly channel = (): readonly Seen[] => this.person.sees(this.home).filter(isSaid).map(asSeen)
  readonly direct = (): readonly Seen[] => this.person.direct.filter(isSaid).map(asSeen)

  closeDirect(isClosed: boolean): void {
    this.person.user.isClosed = isClosed
  }

  private shown({ id, text }: Seen): Shown {
    const found = [...this.person.sees(this.home), ...this.person.direct].find((one) => one.id === id)
    if (found === undefined) throw new Error(`${this.person.user.name} does not see: ${text}`)
    return found
  }
}

function isSaid(shown: Shown): boolean {
  return !shown.isLoading
}

function asSeen({ id, text, buttons, files }: Shown): Seen {
  return { id, text, buttons: buttons.map(({ label, url }) => ({ label, url })), files: files.map(({ name }) => name) }
}
