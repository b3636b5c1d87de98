import type { Update } from '@grammyjs/types'
import { request } from 'undici'
import { conflict } from './refusal.js'

/** How an update went to the bot. Times are those of a monotonic clock, in milliseconds. */
export interface Delivered {
  readonly update: Update
  readonly at: number
  times: number
  /** Polling: an offset beyond it; webhook: an answer 2xx. */
  confirmedAt: number | null
}

export interface Webhook {
  readonly url: string
  readonly secret: string
  readonly most: number
}

interface Pending extends Delivered {
  /** By the clock of the world, which a test may move. */
  readonly since: number
  busy: boolean
  notBefore: number
  fails: number
  /** Confirmed, and to come once more all the same. */
  again: boolean
}

interface Poll {
  readonly limit: number
  readonly answer: (updates: readonly Update[] | Error) => void
}

const KEPT_MS = 24 * 3_600_000
const WEBHOOK_TIMEOUT_MS = 10_000
const FIRST_RETRY_MS = 50

/** The bot's queue: true offsets and long polling, or posts to a webhook with repeats; one reader at a time. */
export class Delivery {
  readonly log: Delivered[] = []
  webhook: Webhook | null = null
  /** Where the webhook's public address leads to on this machine. */
  webhookAt: string | null = null
  /** Each update comes twice, as it does when a confirmation is lost. */
  twice = false
  private pending: Pending[] = []
  private poll: Poll | null = null
  private held = false
  private lastId = 700_000_000
  private posting = 0
  private closed = false

  constructor(private readonly now: () => number) {}

  push(update: Omit<Update, 'update_id'>): number {
    const update_id = ++this.lastId
    const at = performance.now()
    const one = { update: { ...update, update_id }, at, times: 0, confirmedAt: null }
    const pending = Object.assign(one, { since: this.now(), busy: false, notBefore: 0, fails: 0, again: this.twice })
    this.log.push(pending)
    this.pending.push(pending)
    this.wake()
    return update_id
  }

  get isPolled(): boolean {
    return this.poll !== null
  }

  hold(): void {
    this.held = true
  }

  release(): void {
    this.held = false
    this.wake()
  }

  /** What no offset and no answer has confirmed. */
  unconfirmed(): readonly Update[] {
    return this.pending.map((one) => one.update)
  }

  /** As getUpdates: confirms what is below the offset, then answers with what is left, or waits for it. */
  async getUpdates(offset: number, limit: number, seconds: number, signal: AbortSignal): Promise<readonly Update[]> {
    if (this.webhook !== null)
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      )
    if (offset > 0) this.confirm((one) => one.update.update_id < offset)
    const ready = this.ready(limit)
    if (ready.length > 0 || seconds === 0) return handedOver(ready)
    this.endPoll(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'))
    return new Promise((resolve, reject) => {
      const poll: Poll = {
        limit,
        answer: (updates) => {
          clearTimeout(timer)
          if (this.poll === poll) this.poll = null
          if (updates instanceof Error) reject(updates)
          else resolve(updates)
        },
      }
      const timer = setTimeout(() => poll.answer([]), seconds * 1000)
      signal.addEventListener('abort', () => poll.answer([]))
      this.poll = poll
    })
  }

  setWebhook(webhook: Webhook | null): void {
    if (webhook !== null) this.endPoll(conflict('terminated by setWebhook request'))
    this.webhook = webhook
    this.wake()
  }

  dropPending(): void {
    this.pending = []
  }

  close(): void {
    this.closed = true
    this.poll?.answer([])
  }

  private ready(limit: number): readonly Pending[] {
    if (this.held || this.closed) return []
    this.pending = this.pending.filter((one) => this.now() - one.since < KEPT_MS)
    return this.pending.filter((one) => !one.busy && one.notBefore <= performance.now()).slice(0, limit)
  }

  private wake(): void {
    if (this.webhook !== null) return this.post()
    const ready = this.ready(this.poll?.limit ?? 0)
    if (ready.length > 0) this.poll?.answer(handedOver(ready))
  }

  private endPoll(error: Error): void {
    this.poll?.answer(error)
  }

  private confirm(which: (one: Pending) => boolean): void {
    for (const one of this.pending.filter(which)) {
      one.confirmedAt ??= performance.now()
      if (one.again) one.again = false
      else this.pending = this.pending.filter((other) => other !== one)
    }
  }

  private post(): void {
    const { webhook } = this
    if (webhook === null) return
    for (const one of this.ready(webhook.most - this.posting)) {
      one.busy = true
      this.posting += 1
      void this.send(one, webhook).finally(() => {
        one.busy = false
        this.posting -= 1
        this.wake()
      })
    }
  }

  private async send(one: Pending, { url, secret }: Webhook): Promise<void> {
    handedOver([one])
    const status = await request(this.webhookAt ?? url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret !== '' && { 'x-telegram-bot-api-secret-token': secret }),
      },
      body: JSON.stringify(one.update),
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    })
      .then(async ({ statusCode, body }) => {
        await body.dump()
        return statusCode
      })
      .catch(() => 0)
    if (status >= 200 && status < 300) return this.confirm((other) => other === one)
    const delay = FIRST_RETRY_MS * 2 ** Math.min(one.fails, 6)
    one.fails += 1
    one.notBefore = performance.now() + delay
    setTimeout(() => this.wake(), delay + 1).unref()
  }
}

function handedOver(ready: readonly Pending[]): readonly Update[] {
  for (const one of ready) one.times += 1
  return ready.map((one) => one.update)
}
