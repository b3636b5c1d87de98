import type { App } from '@slack/bolt'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PlatformHealth } from '../../../bot/chat.js'
import { InfraError } from '../../../core/errors.js'
import { loadBolt, type Bolt } from './bolt.js'
import { silence } from './bolt-log.js'
import { down, lacking } from './health.js'
import { acknowledgeAfter, receivingBy, type Receiving } from './receiver.js'
import { SCOPES } from './scopes.js'
import type { Self } from './self.js'
import type { SlackOptions } from './slack-options.js'
import { troubleOf, Web, type Trouble } from './web.js'

/** After a loss at once, then slower and slower. */
const PAUSES_MS = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000]
/** What held for so long was a connection: the pauses begin anew. */
const STEADY_MS = 10_000
const CALL_MS = 10_000

export interface Session {
  readonly web: Web
  readonly self: Self
}

export interface ConnectionHooks {
  /** Registers what is to be heard; called once. */
  readonly listen: (app: App) => void
  readonly connected: () => void
}

/** Keeps the bot connected, in the background, for as long as it runs. */
export class Connection {
  private state: PlatformHealth = { state: 'connecting' }
  private current: Session | null = null
  private receiving: Receiving | null = null
  private readonly stopping = new AbortController()
  private running: Promise<void> = Promise.resolve()
  /** Ends the present connection; replaced with each one. */
  private broken: () => void = () => undefined

  constructor(
    private readonly options: SlackOptions,
    private readonly hooks: ConnectionHooks,
  ) {}

  start(): void {
    this.running = this.run().catch((error: unknown) => this.options.log('Slack cannot be used', { error }))
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.broken()
    await this.receiving?.close()
    await this.running
  }

  health(): PlatformHealth {
    return this.state
  }

  /** Throws InfraError before Slack has answered for the first time. */
  session(): Session {
    if (this.current !== null) return this.current
    throw new InfraError('chat', 'later', 'Slack is not connected yet')
  }

  private async run(): Promise<void> {
    const bolt = await loadBolt()
    const web = this.webOf(bolt)
    let failures = 0
    while (!this.stopping.signal.aborted) {
      const began = performance.now()
      const isLost = new Promise<void>((resolve) => (this.broken = resolve))
      try {
        await this.connect(bolt, web)
        await isLost
      } catch (error) {
        this.failed(error)
      }
      failures = performance.now() - began > STEADY_MS ? 0 : failures + 1
      await this.pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 0)
    }
  }

  private async connect(bolt: Bolt, web: Web): Promise<void> {
    const told = await web.call('auth.test', '', (client) => client.auth.test())
    const { user_id: user = '', bot_id: bot = '', team_id: team = '', enterprise_id: enterprise = '' } = told
    const self: Self = { user, bot, team, organisation: told.is_enterprise_install === true ? enterprise : null }
    this.current = { web, self }
    this.receiving ??= this.receive(bolt, self)
    await this.openReceiver(this.receiving)
    if (this.stopping.signal.aborted) return
    const granted = told.response_metadata?.scopes ?? []
    const missing = SCOPES.filter((scope) => granted.length > 0 && !granted.includes(scope))
    this.become(missing.length > 0 ? lacking(missing) : { state: 'up' })
    this.hooks.connected()
  }

  private async openReceiver(receiving: Receiving): Promise<void> {
    try {
      await receiving.open(() => this.broken())
    } catch (error) {
      this.become(down(troubleOf(error) ?? { kind: 'silence', why: String(error) }, 'app token'))
      throw error
    }
  }

  private receive(bolt: Bolt, self: Self): Receiving {
    const receiving = receivingBy(bolt, this.options)
    const { botToken: token, apiUrl, log } = this.options
    const app = new bolt.App({
      receiver: receiving.receiver,
      authorize: () => Promise.resolve({ botToken: token, botId: self.bot, botUserId: self.user }),
      clientOptions: { slackApiUrl: apiUrl },
      convoStore: false,
      logger: silence,
    })
    app.error((error) => {
      log('something from Slack could not be taken', { error })
      return Promise.reject(error)
    })
    this.hooks.listen(app)
    acknowledgeAfter(receiving.receiver, app)
    return receiving
  }

  private webOf(bolt: Bolt): Web {
    const { botToken, apiUrl, clock } = this.options
    const client = new bolt.webApi.WebClient(botToken, {
      slackApiUrl: apiUrl,
      // The outbox waits, and tries again.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: CALL_MS,
      logger: silence,
    })
    return new Web(client, clock, (trouble) => this.troubled(trouble))
  }

  /** A call met a refused token or no answer: the connection is looked at anew. */
  private troubled(trouble: Trouble): void {
    this.become(down(trouble, 'bot token'))
    this.broken()
  }

  private failed(error: unknown): void {
    if (this.state.state === 'down' || this.stopping.signal.aborted) return
    this.become(down(troubleOf(error) ?? { kind: 'silence', why: String(error) }, 'bot token'))
  }

  private become(state: PlatformHealth): void {
    const before = this.state
    this.state = state
    if (this.stopping.signal.aborted || state.state !== 'down') return
    if (before.state !== 'down' || before.reason !== state.reason) {
      this.options.log('Slack is not connected as it should be', { reason: state.reason, fix: state.fix })
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined)
  }
}
