import {
  ApplicationCommandType,
  ChannelType,
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  type APIInteractionResponse,
  type APIMessage,
  type RESTGetAPIGatewayBotResult,
  type RESTPostAPIApplicationCommandsJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10'
import { checkCommands } from './check-commands.js'
import { checkMessage, type Draft } from './check-message.js'
import type { Interactions } from './interactions.js'
import { invalidForm, refused, unauthorized } from './refusal.js'
import type { ApiRequest } from './request.js'
import { shapeFindings, type Shape } from './schemas.js'
import type { PeerChannel, PeerMessage, PeerUser, World } from './world.js'

type Answer = unknown
type Handler = (request: ApiRequest, ids: readonly string[]) => Answer

const DAILY_CREATES = 200

/** The part of the REST API that a bot like ours needs; whatever else is asked is answered 404, as an unknown path. */
export class Api {
  /** How many commands were created in each place: 200 a day and no more. */
  private readonly creates = new Map<string, number>()
  private readonly routes: readonly (readonly [route: RegExp, handler: Handler])[]

  constructor(
    private readonly world: World,
    private readonly interactions: Interactions,
    private readonly gatewayUrl: () => string,
    private readonly token: () => string,
  ) {
    this.routes = [
      [/^GET \/gateway\/bot$/, () => this.gateway()],
      [/^GET \/users\/@me$/, () => ({ ...userOf(this.bot), bot: true })],
      [
        /^GET \/applications\/@me$/,
        () => ({ id: world.applicationId, name: 'Sandpiper', bot_public: false, flags: 0 }),
      ],
      [/^POST \/users\/@me\/channels$/, (request) => this.openDirect(request)],
      [/^POST \/channels\/(\d+)\/messages$/, (request, [channel = '']) => this.post(request, channel)],
      [/^PATCH \/channels\/(\d+)\/messages\/(\d+)$/, (request, [, id = '']) => this.edit(request, id)],
      [/^DELETE \/channels\/(\d+)\/messages\/(\d+)$/, (_, [, id = '']) => remove(this.ownMessage(id))],
      [/^(GET|PUT) \/applications\/(\d+)\/commands$/, (request, [, app]) => this.commands(request, app, 'global')],
      [
        /^(GET|PUT) \/applications\/(\d+)\/guilds\/(\d+)\/commands$/,
        (request, [, app, guild = '']) => this.commands(request, app, guild),
      ],
      [/^POST \/interactions\/(\d+)\/([^/]+)\/callback$/, (request, [id, token]) => this.respond(request, id, token)],
      [/^POST \/webhooks\/(\d+)\/([^/]+)$/, (request, [app, token]) => this.followUp(request, app, token)],
      [
        /^(PATCH|DELETE) \/webhooks\/(\d+)\/([^/]+)\/messages\/(@original|\d+)$/,
        (request, [, app, token, id = '']) => this.change(request, app, token, id),
      ],
    ]
  }

  answer(request: ApiRequest): Answer {
    const line = `${request.method} ${request.path}`
    const isByToken = /^\/(interactions|webhooks)\//.test(request.path)
    if (!isByToken && request.authorization !== `Bot ${this.token()}`) throw unauthorized()
    for (const [route, handler] of this.routes) {
      const match = route.exec(line)
      if (match !== null) return handler(request, match.slice(1))
    }
    throw refused(0)
  }

  private get bot(): PeerUser {
    const { applicationId: id } = this.world
    return { id, username: 'sandpiper', name: 'Sandpiper', roles: [], directChannel: null, isClosed: false }
  }

  private gateway(): RESTGetAPIGatewayBotResult {
    const limit = { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 1 }
    return { url: this.gatewayUrl(), shards: 1, session_start_limit: limit }
  }

  private openDirect({ body }: ApiRequest): Answer {
    checkShape('direct', body)
    const user = this.world.users.get((body as { recipient_id: string }).recipient_id)
    if (user === undefined) throw refused(50033)
    // Opening always works: that it is closed shows when something is sent.
    const { id } = this.world.directChannel(user)
    return { id, type: ChannelType.DM, recipients: [userOf(user)], last_message_id: null }
  }

  private post({ body, uploads }: ApiRequest, id: string): APIMessage {
    checkShape('message', body)
    const draft = body as Draft
    const channel = this.writable(id, uploads.length > 0)
    checkMessage(draft, 'create', this.world.filesAfter(null, draft, uploads), null)
    const said = [...this.world.messages.values()].find(
      (one) => draft.enforce_nonce === true && one.nonce !== null && one.nonce === String(draft.nonce),
    )
    return messageOf(said ?? this.world.addMessage(channel.id, draft, uploads, null), this.bot)
  }

  private edit({ body, uploads }: ApiRequest, id: string): APIMessage {
    checkShape('edit', body)
    const message = this.ownMessage(id)
    return messageOf(this.interactions.edit(message, body as Draft, uploads), this.bot)
  }

  private writable(id: string, hasFiles: boolean): PeerChannel {
    const channel = this.viewable(id)
    const recipient = this.world.users.get(channel.recipient ?? '')
    if (recipient?.isClosed === true) throw refused(50007)
    if (!channel.canSend || (hasFiles && !channel.canAttach)) throw refused(50013)
    return channel
  }

  private viewable(id: string): PeerChannel {
    const channel = this.world.channels.get(id)
    if (channel === undefined) throw refused(10003)
    if (!channel.canView) throw refused(50001)
    return channel
  }

  /** With the bot's own token nobody's private message is within reach. */
  private ownMessage(id: string): PeerMessage {
    const message = this.world.messages.get(id)
    if (message === undefined || message.isDeleted || message.onlyFor !== null) throw refused(10008)
    this.viewable(message.channel)
    if (message.author !== this.world.applicationId) throw refused(50005)
    return message
  }

  private commands({ method, body }: ApiRequest, app: string | undefined, scope: string): Answer {
    const { applicationId, guilds, commands } = this.world
    if (app !== applicationId) throw refused(20012)
    if (scope !== 'global' && !guilds.has(scope)) throw refused(50001)
    const known = commands.get(scope) ?? []
    if (method === 'GET') return known
    checkShape('commands', body)
    const wanted = body as RESTPutAPIApplicationCommandsJSONBody
    checkCommands(wanted, scope === 'global' ? 'global' : 'guild')
    const fresh = wanted.filter(({ name }) => !known.some((one) => one.name === name))
    const creates = (this.creates.get(scope) ?? 0) + fresh.length
    if (creates > DAILY_CREATES) throw refused(30034)
    this.creates.set(scope, creates)
    const kept = wanted.map((one) => this.commandOf(one, scope, known.find(({ name }) => name === one.name)?.id))
    commands.set(scope, kept)
    return kept
  }

  private commandOf(
    command: RESTPostAPIApplicationCommandsJSONBody,
    scope: string,
    id: string | undefined,
  ): APIApplicationCommand {
    const isGlobal = scope === 'global'
    return {
      id: id ?? this.world.clock.snowflake(),
      application_id: this.world.applicationId,
      version: this.world.clock.snowflake(),
      type: ApplicationCommandType.ChatInput,
      name: command.name,
      name_localizations: null,
      description: 'description' in command ? (command.description ?? '') : '',
      description_localizations: null,
      default_member_permissions: command.default_member_permissions ?? null,
      nsfw: command.nsfw ?? false,
      options: ('options' in command ? (command.options ?? []) : []).map((option) => remembered(option)),
      ...(isGlobal
        ? { contexts: command.contexts ?? null, integration_types: command.integration_types ?? [0] }
        : { guild_id: scope }),
    }
  }

  private respond({ body, uploads }: ApiRequest, id = '', token = ''): Answer {
    const response = withoutNonceFlag(body)
    checkShape('response', response)
    this.interactions.respond(id, token, response as APIInteractionResponse, uploads)
    return undefined
  }

  private followUp({ body, uploads }: ApiRequest, app = '', token = ''): APIMessage {
    const interaction = this.opened(app, token)
    const draft = withoutNonceFlag(body)
    checkShape('followup', draft)
    return messageOf(this.interactions.followUp(interaction, draft as Draft, uploads), this.bot)
  }

  private change({ method, body, uploads }: ApiRequest, app = '', token = '', id: string): Answer {
    const interaction = this.opened(app, token)
    const message = this.interactions.find(interaction, id)
    if (method === 'DELETE') return remove(message)
    checkShape('edit', body)
    return messageOf(this.interactions.edit(message, body as Draft, uploads), this.bot)
  }

  private opened(app: string, token: string): ReturnType<Interactions['open']> {
    if (app !== this.world.applicationId) throw refused(10015)
    return this.interactions.open(token)
  }
}

function checkShape(shape: Shape, body: unknown): void {
  const findings = shapeFindings(shape, body)
  if (findings.length > 0) throw invalidForm(findings)
}

/** The client library says `enforce_nonce: false` with every reply, also where the API knows no such key. */
function withoutNonceFlag(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const kept = Object.entries(body).filter(([key, value]) => key !== 'enforce_nonce' || value !== false)
  return Object.fromEntries(kept.map(([key, value]) => [key, key === 'data' ? withoutNonceFlag(value) : value]))
}

function remove(message: PeerMessage): undefined {
  message.isDeleted = true
  return undefined
}

/** As Discord gives options back: what is as if it were not said is left out. */
function remembered(option: APIApplicationCommandOption): APIApplicationCommandOption {
  const kept = Object.entries(option).filter(
    ([, value]) => value !== false && value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  const { options, ...rest } = Object.fromEntries(kept) as unknown as { options?: APIApplicationCommandOption[] }
  return { ...rest, ...(options !== undefined && { options: options.map(remembered) }) } as APIApplicationCommandOption
}

export function userOf(user: Pick<PeerUser, 'id' | 'username' | 'name'>): APIMessage['author'] {
  return { id: user.id, username: user.username, discriminator: '0', global_name: user.name, avatar: null }
}

export function messageOf(message: PeerMessage, author: PeerUser): APIMessage {
  return {
    id: message.id,
    channel_id: message.channel,
    author: { ...userOf(author), bot: true },
    content: message.content,
    timestamp: new Date(Number(BigInt(message.id) >> 22n) + 1_420_070_400_000).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: message.pings.includes('@everyone'),
    mentions: [],
    mention_roles: [],
    attachments: message.files.map(({ id, name, bytes }) => ({
      id,
      filename: name,
      size: bytes.length,
      url: `https://cdn.example/${id}/${name}`,
      proxy_url: `https://media.example/${id}/${name}`,
    })),
    embeds: [...message.embeds],
    components: [...message.components],
    flags: message.flags,
    pinned: false,
    type: 0,
  }
}
