import { OAuth2Scopes, PermissionFlagsBits } from 'discord.js'
import type {
  Budget,
  ChatPlatform,
  CommandMenuEntry,
  Destination,
  MessageRef,
  PlaceId,
  PlatformHealth,
  Router,
} from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import type { Identity } from '../../../core/person.js'
import { readPlace } from './addresses.js'
import { DiscordApi } from './api.js'
import { slashCommands } from './commands.js'
import { Connection } from './connection.js'
import { OpenInteractions } from './open-interactions.js'
import { Receiver } from './receiver.js'
import { registerCommands } from './register-commands.js'
import { Speaker } from './speaker.js'

export interface DiscordOptions {
  readonly apiUrl: string
  /** Read anew for each connection. Throws where it cannot be read. */
  readonly token: () => string
  /** Ids of the servers that have the commands for themselves; none: all servers have them. */
  readonly guilds: readonly string[]
  readonly log: Log
}

/** What the bot does in a channel, and no more. */
const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.AttachFiles
/** Without an intent nobody tells the bot that it was let into a server: it looks. */
const REGISTER_AGAIN_MS = 5000

/** Discord: slash commands, components and modals over the gateway, without any intent. */
export class DiscordPlatform implements ChatPlatform {
  readonly name = 'discord'
  private readonly open = new OpenInteractions()
  private readonly api: DiscordApi
  private readonly speaker: Speaker
  private connection: Connection | null = null
  private menu: readonly CommandMenuEntry[] = []
  private applicationId = ''
  private registering: NodeJS.Timeout | null = null
  /** Servers of which the log has said that the bot is not in them. */
  private readonly told = new Set<string>()
  private isStopped = false

  constructor(private readonly options: DiscordOptions) {
    this.api = new DiscordApi(options.apiUrl, () => this.applicationId)
    this.speaker = new Speaker(this.api, this.open, () => this.menu)
  }

  async start(menu: readonly CommandMenuEntry[], router: Router): Promise<void> {
    const { apiUrl, token, log } = this.options
    this.menu = menu
    const receiver = new Receiver({
      api: this.api,
      open: this.open,
      router,
      menu,
      direct: ({ identity }, message) => this.speaker.directTo(identity.user, message),
      log,
    })
    this.connection = new Connection({
      apiUrl,
      token,
      setToken: (secret) => this.api.setToken(secret),
      heard: (interaction) => receiver.take(interaction),
      began: (applicationId, guilds) => {
        this.applicationId = applicationId
        void this.register(guilds)
      },
      ready: () => router.connected(this.name),
      log,
    })
    this.connection.start()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    if (this.registering !== null) clearTimeout(this.registering)
    await this.connection?.stop()
  }

  post(place: PlaceId, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef | 'refused'> {
    return this.speaker.post(place, to === 'all' ? to : to.user, message)
  }

  edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef | 'refused' | 'gone'> {
    return this.speaker.edit(ref, message)
  }

  direct({ user }: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    return this.speaker.directTo(user, message)
  }

  /** Discord writes down none of its limits but the global one; these are a little below what is seen. */
  budgets(destination: Destination, kind: 'post' | 'edit'): readonly Budget[] {
    const all = { key: 'all', perMinute: 2400 }
    if ('direct' in destination) return [all, { key: `${kind} direct ${destination.direct.user}`, perMinute: 55 }]
    const { channel, interaction, isPrivate } = readPlace(destination.place)
    const isAnswer = destination.to !== 'all' && !isPrivate && interaction !== null
    return isAnswer
      ? [{ key: `${kind} answer ${interaction}`, perMinute: 120 }]
      : [all, { key: `${kind} channel ${channel}`, perMinute: 55 }]
  }

  health(): PlatformHealth {
    return this.connection?.health() ?? { state: 'connecting' }
  }

  invitation(): string | null {
    if (this.applicationId === '') return null
    const link = new URL('https://discord.com/oauth2/authorize')
    link.searchParams.set('client_id', this.applicationId)
    link.searchParams.set('scope', `${OAuth2Scopes.Bot} ${OAuth2Scopes.ApplicationsCommands}`)
    link.searchParams.set('permissions', PERMISSIONS.toString())
    return link.href
  }

  private async register(guilds: readonly string[]): Promise<void> {
    const { options, menu } = this
    if (this.registering !== null) clearTimeout(this.registering)
    this.registering = null
    try {
      const missing = await registerCommands(this.api, slashCommands(menu), options.guilds, guilds)
      if (missing.length === 0) return
      for (const guild of missing.filter((one) => !this.told.has(one)))
        options.log(`Discord: the bot is not in the server ${guild}; \`sandpiper doctor\` prints the link for it`, {})
      for (const guild of missing) this.told.add(guild)
    } catch (error) {
      options.log('Discord: the commands could not be registered', { error })
    }
    if (this.isStopped) return
    this.registering = setTimeout(() => void this.register(guilds), REGISTER_AGAIN_MS)
  }
}
