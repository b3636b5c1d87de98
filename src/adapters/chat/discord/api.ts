import {
  InteractionResponseType,
  MessageFlags,
  REST,
  Routes,
  type APIChannel,
  type APIInteractionResponse,
  type APIMessage,
} from 'discord.js'
import type { SlashCommand } from './commands.js'
import { clean, codes, hasCode } from './failures.js'
import type { Rendered } from './render.js'

const TIMEOUT_MS = 10_000
/** The first answer must be there within three seconds: twice this is less. */
const RESPONSE_TIMEOUT_MS = 1200

/** The part of Discord's REST API that is used. Throws ApiFailure, RateLimited, or an Error whose words are safe. */
export class DiscordApi {
  /** With the bot's token, within its global limit. */
  private readonly own: REST
  /** With tokens of interactions, which do not count against the global limit. */
  private readonly byToken: REST
  private readonly responses: REST
  private readonly directChannels = new Map<string, string>()

  constructor(
    url: string,
    private readonly applicationId: () => string,
  ) {
    // The outbox waits and tries again: nothing here does.
    const usual = { api: url, version: '10', timeout: TIMEOUT_MS, retries: 0, rejectOnRateLimit: () => true }
    this.own = new REST(usual)
    this.byToken = new REST({ ...usual, globalRequestsPerSecond: Number.MAX_SAFE_INTEGER })
    this.responses = new REST({ ...usual, timeout: RESPONSE_TIMEOUT_MS, retries: 1 })
  }

  setToken(token: string): void {
    this.own.setToken(token)
  }

  /** The first answer to an interaction. False where it came too late. */
  async respond(id: string, token: string, response: APIInteractionResponse, rendered?: Rendered): Promise<boolean> {
    const files = [...(rendered?.files ?? [])]
    const request = this.responses.post(Routes.interactionCallback(id, token), { body: response, files, auth: false })
    try {
      await request
      return true
    } catch (error) {
      const failure = clean(`answering ${InteractionResponseType[response.type]}`, error)
      // The try before this one arrived, though its answer did not.
      if (hasCode(failure, codes.acknowledgedBefore)) return true
      if (hasCode(failure, codes.unknownInteraction)) return false
      throw failure
    }
  }

  /** In the place of "thinking …". */
  async editOriginal(token: string, rendered: Rendered): Promise<APIMessage> {
    return this.editByToken(token, '@original', rendered)
  }

  async editByToken(token: string, message: string, { payload, files }: Rendered): Promise<APIMessage> {
    const route = Routes.webhookMessage(this.applicationId(), token, message)
    return this.call('editing an answer', () =>
      this.byToken.patch(route, { body: payload, files: [...files], auth: false }),
    ) as Promise<APIMessage>
  }

  async deleteOriginal(token: string): Promise<void> {
    const route = Routes.webhookMessage(this.applicationId(), token, '@original')
    await this.call('removing an answer', () => this.byToken.delete(route, { auth: false }))
  }

  async followUp(token: string, { payload, files }: Rendered, isForOne: boolean): Promise<APIMessage> {
    const flags = payload.flags | (isForOne ? MessageFlags.Ephemeral : 0)
    const route = Routes.webhook(this.applicationId(), token)
    return this.call('answering once more', () =>
      this.byToken.post(route, { body: { ...payload, flags }, files: [...files], auth: false }),
    ) as Promise<APIMessage>
  }

  async post(channel: string, { payload, files }: Rendered): Promise<APIMessage> {
    return this.call('posting', () =>
      this.own.post(Routes.channelMessages(channel), { body: payload, files: [...files] }),
    ) as Promise<APIMessage>
  }

  async edit(channel: string, message: string, { payload, files }: Rendered): Promise<APIMessage> {
    return this.call('editing', () =>
      this.own.patch(Routes.channelMessage(channel, message), { body: payload, files: [...files] }),
    ) as Promise<APIMessage>
  }

  /** The channel of direct messages with this person. */
  async directChannel(user: string): Promise<string> {
    const known = this.directChannels.get(user)
    if (known !== undefined) return known
    const made = (await this.call('opening direct messages', () =>
      this.own.post(Routes.userChannels(), { body: { recipient_id: user } }),
    )) as APIChannel
    this.directChannels.set(user, made.id)
    return made.id
  }

  /** `guild` null: those of the whole application. */
  async commands(guild: string | null): Promise<unknown> {
    return this.call('reading commands', () => this.own.get(this.commandsRoute(guild)))
  }

  async setCommands(guild: string | null, commands: readonly SlashCommand[]): Promise<void> {
    await this.call('registering commands', () => this.own.put(this.commandsRoute(guild), { body: commands }))
  }

  private commandsRoute(guild: string | null): `/${string}` {
    const id = this.applicationId()
    return guild === null ? Routes.applicationCommands(id) : Routes.applicationGuildCommands(id, guild)
  }

  private async call(what: string, request: () => Promise<unknown>): Promise<unknown> {
    try {
      return await request()
    } catch (error) {
      throw clean(what, error)
    }
  }
}
