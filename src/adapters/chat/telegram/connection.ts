import type { Bot } from 'grammy'
import { setTimeout as pause } from 'node:timers/promises'
import type { PlatformHealth } from '../../../bot/chat.js'
import type { Log } from '../../../bot/ports.js'
import type { Clock } from '../../../core/ports.js'
import type { Receiver } from './receiver.js'
import { troubleOf, type Trouble } from './trouble.js'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
const STOP_MS = 4000

export interface ConnectionParts {
  readonly bot: Bot
  readonly receiver: Receiver
  readonly clock: Clock
  /** Telegram is there, or there again. */
  readonly connected: () => void
  readonly log: Log
}

/** Keeps the bot connected: in the background, with backoff, and with a word on how it is. */
export class Connection {
  private state: PlatformHealth = { state: 'connecting' }
  private contact: Date | null = null
  private readonly stopping = new AbortController()
  private running: Promise<void> = Promise.resolve()

  constructor(private readonly parts: ConnectionParts) {}

  get health(): PlatformHealth {
    return this.state
  }

  /** When all was last known to be taken, before what is being handled now; null where it never was. */
  get lastContact(): Date | null {
    return this.contact
  }

  get signal(): AbortSignal {
    return this.stopping.signal
  }

  start(): void {
    this.running = this.run()
  }

  /** Ends within five seconds, whatever Telegram does. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.race([this.running, pause(STOP_MS, undefined, { ref: false })])
    this.state = { state: 'down', reason: 'Telegram is stopped', fix: 'Start Sandpiper.' }
  }

  suspect(): void {
    this.parts.receiver.suspect()
  }

  private async run(): Promise<void> {
    const { bot, receiver } = this.parts
    let wait = FIRST_WAIT_MS
    while (!this.signal.aborted) {
      try {
        // A new token may be another bot's.
        bot.botInfo = await bot.api.getMe()
        await receiver.receive(bot, this.signal, {
          connected: () => {
            wait = FIRST_WAIT_MS
            this.connected()
          },
          upToDate: () => void (this.contact = this.parts.clock.now()),
        })
      } catch (error) {
        if (this.signal.aborted) return
        this.failed(error)
        await pause(wait, undefined, { signal: this.signal }).catch(() => undefined)
        wait = Math.min(LONGEST_WAIT_MS, wait * 2)
      }
    }
  }

  private connected(): void {
    if (this.state.state === 'up') return
    this.state = { state: 'up' }
    this.parts.connected()
  }

  private failed(error: unknown): void {
    const former = this.state
    this.state = downOf(error)
    const { reason, fix } = this.state
    if (former.state === 'down' && former.reason === reason) return
    this.parts.log(`Telegram is not connected: ${reason}`, { fix })
  }
}

function downOf(error: unknown): Extract<PlatformHealth, { state: 'down' }> {
  const { reason, fix } = reasonOf(error)
  return { state: 'down', reason, fix }
}

function reasonOf(error: unknown): { reason: string; fix: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return { reason: `it cannot listen for the webhook (${code})`, fix: 'Set another address: [telegram] listen.' }
  return troubleReason(troubleOf(error))
}

function troubleReason(trouble: Trouble): { reason: string; fix: string } {
  switch (trouble.trouble) {
    case 'unauthorized':
      return {
        reason: 'Telegram refuses the token',
        fix: 'Ask @BotFather for it (/token), put it where [telegram] token_file says, and start Sandpiper again.',
      }
    case 'conflict':
      return {
        reason: 'another program reads the messages of this bot',
        fix: 'Stop that one, or make a bot of its own for Sandpiper with @BotFather (/newbot).',
      }
    case 'limited':
      return { reason: 'Telegram wants us to wait', fix: 'Nothing to do: it is tried again.' }
    case 'refused':
      return {
        reason: `Telegram refuses the connection: ${trouble.why}`,
        fix: 'Look at [telegram] webhook_url and mode: docs/telegram.md.',
      }
    case 'unreachable':
      return {
        reason: `Telegram does not answer: ${trouble.why}`,
        fix: 'See whether this host reaches the address in [telegram] api_root (HTTPS, port 443). It is tried again.',
      }
    case 'closed':
    case 'migrated':
    case 'no-topic':
    case 'gone':
    case 'unchanged':
    case 'too-old':
      return { reason: `Telegram refuses the connection: ${trouble.trouble}`, fix: 'Start Sandpiper again.' }
    default:
      return trouble satisfies never
  }
}
