import { webhookCallback, type Bot } from 'grammy'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Log } from '../../../bot/ports.js'
import { UPDATES, type Receiver, type ReceiverNews } from './receiver.js'

const MOST_BYTES = 2 ** 20
const LOOK_MS = 60_000
const HANDLER_MS = 20_000

export interface WebhookOptions {
  /** The public address, which leads to `host` and `port`. */
  readonly url: string
  readonly host: string
  readonly port: number
}

/** Telegram posts updates, with a secret that is made anew at each start; what is not answered well comes again. */
export class Webhook implements Receiver {
  private readonly secret = randomBytes(32).toString('base64url')
  private lastError = ''
  private server: Server | null = null
  private wake: () => void = () => undefined

  constructor(
    private readonly options: WebhookOptions,
    private readonly log: Log,
  ) {}

  async receive(bot: Bot, signal: AbortSignal, tell: ReceiverNews): Promise<void> {
    // It stays while Telegram is away: what it posts meanwhile is taken.
    this.server ??= await this.listen(bot, signal)
    await this.set(bot)
    tell.connected()
    for (;;) {
      await this.pause(signal)
      if (signal.aborted) return
      if ((await this.pending(bot)) === 0) tell.upToDate()
    }
  }

  suspect(): void {
    this.wake()
  }

  private async set(bot: Bot): Promise<void> {
    await bot.api.setWebhook(this.options.url, { secret_token: this.secret, allowed_updates: UPDATES })
  }

  /** How many updates wait, with a look at whether they come here. */
  private async pending(bot: Bot): Promise<number> {
    const { url, last_error_message: error, pending_update_count: count } = await bot.api.getWebhookInfo()
    if (url !== this.options.url) {
      this.log('the webhook was set to another address; now it is ours again', {})
      await this.set(bot)
    }
    if (error !== undefined && error !== this.lastError) this.log('Telegram could not reach the webhook', { error })
    this.lastError = error ?? ''
    return count
  }

  private async listen(bot: Bot, signal: AbortSignal): Promise<Server> {
    const { host, port } = this.options
    const server = createServer(this.listener(bot))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    signal.addEventListener('abort', () => {
      server.close()
      server.closeAllConnections()
    })
    return server
  }

  private listener(bot: Bot): RequestListener {
    const options = { secretToken: this.secret, timeoutMilliseconds: HANDLER_MS }
    const handle = webhookCallback(bot, 'http', options)
    const { pathname } = new URL(this.options.url)
    return (request, response) => {
      const fail = (status: number): void => {
        if (!response.headersSent) response.writeHead(status).end()
      }
      if (request.method !== 'POST' || request.url !== pathname) return fail(404)
      limitBody(request)
      handle(request, response).catch((error: unknown) => {
        this.log('an update could not be taken', { error })
        fail(500)
      })
    }
  }

  private pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, LOOK_MS)
      this.wake = end
      signal.addEventListener('abort', end)
    })
  }
}

/** The library reads whatever comes. */
function limitBody(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MOST_BYTES) request.destroy()
  })
}
