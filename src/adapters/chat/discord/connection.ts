import {
  Client,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  type APIInteraction,
  type GatewayReadyDispatchData,
} from 'discord.js'
import type { PlatformHealth } from '../../../bot/chat.js'
import type { Log } from '../../../bot/ports.js'
import { causeOf } from './failures.js'

const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000
/** Each refused token counts with Discord as an invalid request. */
const REFUSED_RETRY_MS = 5 * 60_000
/** Connecting takes less; what takes longer is told as being down. */
const PATIENCE_MS = 20_000
const STOP_MS = 3000
const AUTHENTICATION_FAILED: number = GatewayCloseCodes.AuthenticationFailed

export interface ConnectionParts {
  readonly apiUrl: string
  /** Read anew for each try, so that a new token needs no restart. Throws where there is none. */
  readonly token: () => string
  readonly heard: (interaction: APIInteraction) => void
  /** A session began. `guilds`: the servers that the bot is in. */
  readonly began: (applicationId: string, guilds: readonly string[]) => void
  /** There, or there again. */
  readonly ready: () => void
  readonly setToken: (token: string) => void
  readonly log: Log
}

type Down = Extract<PlatformHealth, { state: 'down' }>

/** The gateway: one client at a time, made anew with backoff where the library gives up. Its resumes are the library's. */
export class Connection {
  private client: Client | null = null
  private retry: NodeJS.Timeout | null = null
  private tries = 0
  private isStopped = false
  private state: 'up' | { readonly since: number; readonly why: Down | null } = { since: Date.now(), why: null }

  constructor(private readonly parts: ConnectionParts) {}

  start(): void {
    void this.connect()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    if (this.retry !== null) clearTimeout(this.retry)
    const { client } = this
    this.client = null
    if (client === null) return
    // A server that does not answer the farewell must not hold us.
    const late = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())
    await Promise.race([client.destroy().catch(() => undefined), late])
  }

  health(): PlatformHealth {
    if (this.state === 'up') return { state: 'up' }
    if (this.state.why !== null) return this.state.why
    if (Date.now() - this.state.since < PATIENCE_MS) return { state: 'connecting' }
    return unreachable('its gateway does not answer')
  }

  private async connect(): Promise<void> {
    const { apiUrl, token, setToken } = this.parts
    let client: Client | null = null
    try {
      const secret = token()
      setToken(secret)
      client = this.join(new Client({ intents: [], rest: { api: apiUrl, version: '10', retries: 0, timeout: 10_000 } }))
      this.client = client
      await client.login(secret)
    } catch (error) {
      if (client === this.client) this.lost(whyOf(error))
    }
  }

  private join(client: Client): Client {
    const isOurs = (): boolean => client === this.client
    const up = (): void => {
      if (isOurs()) this.up()
    }
    client.ws.on(GatewayDispatchEvents.Ready, ({ application, guilds }: GatewayReadyDispatchData) => {
      if (!isOurs()) return
      this.parts.began(
        application.id,
        guilds.map((guild) => guild.id),
      )
    })
    client.ws.on(GatewayDispatchEvents.InteractionCreate, (interaction: APIInteraction) => {
      if (isOurs()) this.parts.heard(interaction)
    })
    client.on(Events.ShardReady, up)
    client.on(Events.ShardResume, up)
    client.on(Events.ShardReconnecting, () => {
      if (isOurs()) this.state = { since: Date.now(), why: null }
    })
    client.on(Events.ShardDisconnect, ({ code }) => {
      if (isOurs()) this.lost(closedBecause(code))
    })
    // Told by what follows on them.
    client.on(Events.ShardError, () => undefined)
    client.on(Events.Error, () => undefined)
    return client
  }

  private up(): void {
    this.state = 'up'
    this.tries = 0
    this.parts.ready()
  }

  private lost(why: Down): void {
    if (this.isStopped) return
    this.parts.log(`Discord: ${why.reason}. ${why.fix}`, {})
    this.state = { since: Date.now(), why }
    this.client?.destroy().catch(() => undefined)
    this.client = null
    const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.tries, 10))
    this.tries += 1
    const wait = why.reason === REFUSED_TOKEN.reason ? REFUSED_RETRY_MS : backoff
    if (this.retry !== null) clearTimeout(this.retry)
    this.retry = setTimeout(() => void this.connect(), wait)
  }
}

const REFUSED_TOKEN: Down = {
  state: 'down',
  reason: 'Discord refuses the bot token',
  fix: 'Make a new one on the page "Bot" of the application at https://discord.com/developers/applications, and put it where [discord] token_file says; it is read again within five minutes.',
}

function unreachable(reason: string): Down {
  const fix = 'Sandpiper goes on trying. Is the network there? https://discordstatus.com says how Discord is.'
  return { state: 'down', reason: `Discord cannot be reached: ${reason}`, fix }
}

function whyOf(error: unknown): Down {
  if (error instanceof Error && error.name === 'SecretError') {
    return { state: 'down', reason: error.message, fix: 'Put the bot token where [discord] token_file says.' }
  }
  const isToken = error instanceof Error && 'code' in error && error.code === DiscordjsErrorCodes.TokenInvalid
  return isToken ? REFUSED_TOKEN : unreachable(causeOf(error))
}

function closedBecause(code: number): Down {
  if (code === AUTHENTICATION_FAILED) return REFUSED_TOKEN
  return unreachable(`the gateway closed with ${code} (${GatewayCloseCodes[code] ?? 'unknown'})`)
}
