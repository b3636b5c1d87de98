import type { Clock } from './clock.js'

export type Kind = 'slash_commands' | 'interactive' | 'events_api'

export interface Retry {
  readonly num: number
  readonly reason: string
}

/** How a delivery went. */
export interface Reports {
  /** False where the answer is lost on its way. */
  acknowledged(answer: unknown): boolean
  /** `again: false`: the app asked for no further try. */
  failed(reason: string, again?: boolean): void
}

/** Takes deliveries to the app. */
export interface Transport {
  /** False where there is nobody to take it to at this moment. */
  deliver(kind: Kind, payload: object, retry: Retry | null, reports: Reports): boolean
}

interface Delivery {
  readonly kind: Kind
  readonly label: string
  readonly payload: object
  readonly bornAt: number
  readonly acknowledged: (answer: unknown) => void
  /** For what a person did: what they see when nobody took it within the deadline. */
  readonly lost: (reason: string) => void
  retry: Retry | null
  dueAt: number
  /** Null while it is not with the app. */
  sent: { readonly at: number; readonly mark: number } | null
}

export interface Ack {
  readonly kind: Kind
  readonly label: string
  /** From sending to acknowledgement. */
  readonly ms: number
}

const DEADLINE_MS = 3000
/** After the first failure at once, then after a minute, after five, then hourly for a day. */
const RETRY_AFTER_MS = [0, 60_000, 300_000]
const HOUR_MS = 3_600_000

/** What is on its way to the app: acknowledged within three seconds, or tried again (events), or lost (the rest). */
export class Deliveries {
  readonly acks: Ack[] = []
  readonly lost: string[] = []
  /** Each delivery goes out twice, as Slack does now and then. */
  areDoubled = false
  /** So many of the next acknowledgements do not arrive. */
  acksToLose = 0
  private readonly open = new Set<Delivery>()
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly clock: Clock,
    private readonly transport: Transport,
  ) {
    this.timer = setInterval(() => this.tick(), 50)
  }

  get pending(): number {
    return this.open.size
  }

  send(
    kind: Kind,
    label: string,
    payload: object,
    then: { acknowledged?: (answer: unknown) => void; lost?: (reason: string) => void } = {},
  ): Promise<void> {
    const one = this.one(kind, label, payload, then)
    const twin = this.areDoubled ? this.one(kind, label, payload, {}) : Promise.resolve()
    this.tick()
    return Promise.all([one, twin]).then(() => undefined)
  }

  /** Resolves when the app has taken it, or nobody will. */
  private one(kind: Kind, label: string, payload: object, then: Parameters<Deliveries['send']>[3] = {}): Promise<void> {
    const now = this.clock.now()
    return new Promise((resolve) => {
      this.open.add({
        kind,
        label,
        payload,
        bornAt: now,
        acknowledged: (answer) => resolve(then.acknowledged?.(answer)),
        lost: (reason) => resolve(then.lost?.(reason)),
        retry: null,
        dueAt: now,
        sent: null,
      })
    })
  }

  /** Looks at what is due. Called when a socket comes, when the clock was moved, and many times a second. */
  tick(): void {
    const now = this.clock.now()
    for (const delivery of this.open) {
      const { sent, dueAt } = delivery
      if (sent !== null && now - sent.at >= DEADLINE_MS) this.fail(delivery, 'http_timeout')
      else if (sent === null && dueAt <= now && !this.hand(delivery) && now - dueAt >= DEADLINE_MS) {
        this.fail(delivery, 'connection_failed')
      }
    }
  }

  close(): void {
    clearInterval(this.timer)
  }

  private hand(delivery: Delivery): boolean {
    const sent = { at: this.clock.now(), mark: performance.now() }
    delivery.sent = sent
    const isTaken = this.transport.deliver(delivery.kind, delivery.payload, delivery.retry, {
      acknowledged: (answer) => delivery.sent !== sent || this.take(delivery, answer, performance.now() - sent.mark),
      failed: (reason, again = true) => {
        if (delivery.sent !== sent) return
        if (again) this.fail(delivery, reason)
        else this.give(delivery, reason)
      },
    })
    if (!isTaken) delivery.sent = null
    return isTaken
  }

  private take(delivery: Delivery, answer: unknown, ms: number): boolean {
    if (this.acksToLose > 0) {
      this.acksToLose -= 1
      return false
    }
    this.open.delete(delivery)
    this.acks.push({ kind: delivery.kind, label: delivery.label, ms })
    delivery.acknowledged(answer)
    return true
  }

  private fail(delivery: Delivery, reason: string): void {
    const now = this.clock.now()
    delivery.sent = null
    // The socket went away under it: what a person did is still theirs to send, until their three seconds are over.
    if (reason === 'socket_closed' && now - delivery.bornAt < DEADLINE_MS) {
      delivery.dueAt = now
      return
    }
    const tries = delivery.retry?.num ?? 0
    if (delivery.kind !== 'events_api' || now - delivery.bornAt > 24 * HOUR_MS) return this.give(delivery, reason)
    delivery.retry = { num: tries + 1, reason }
    delivery.dueAt = now + (RETRY_AFTER_MS[tries] ?? HOUR_MS)
  }

  private give(delivery: Delivery, reason: string): void {
    this.open.delete(delivery)
    this.lost.push(delivery.label)
    delivery.lost(reason)
  }
}
