import type { Clock } from '../core/ports.js'
import type { ActionTokens } from './action-tokens.js'
import type { ChatPlatform, MessageRef } from './chat.js'
import type { Message } from './message.js'
import { readBody, readTarget, writeBody, writeTarget, type Target } from './outbox-row.js'
import type { Log, OutboxRow, OutboxStore, Schedule } from './ports.js'

const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 300_000
/** After so many failures a message is given up: the one that it edits may be gone for good. */
const MOST_TRIES = 30
const REFUSED = 'refused'

export interface OutboxParts {
  readonly store: OutboxStore
  readonly platforms: ReadonlyMap<string, ChatPlatform>
  readonly tokens: ActionTokens
  readonly clock: Clock
  readonly schedule: Schedule
  /** The least time between two deliveries to one target, in milliseconds. */
  readonly pace: (platform: string) => number
  readonly log: Log
}

/** Level-based: a slot says what a message should say now, and is delivered until it does. The last state always is. */
export class Outbox {
  private readonly lanes = new Map<string, Promise<void>>()
  private readonly lastSent = new Map<string, number>()
  private readonly tries = new Map<string, number>()
  private stopped = false

  constructor(private readonly parts: OutboxParts) {}

  /** May be called within a transaction: delivery begins after it. */
  want(slot: string, target: Target, message: Message, final = true): void {
    if (message.secret === true) throw new Error(`a secret must not go through the outbox (slot ${slot})`)
    this.parts.store.want(slot, writeTarget(target), writeBody({ message, final }))
    this.parts.schedule(0, () => this.pump())
  }

  /** `open`: something is said there that is not the end yet. */
  stateOf(slot: string): 'unknown' | 'open' | 'final' {
    const row = this.parts.store.get(slot)
    if (row === undefined) return 'unknown'
    return readBody(row.body).final ? 'final' : 'open'
  }

  /** Takes up what a former run left undelivered. */
  start(): void {
    this.pump()
  }

  stop(): void {
    this.stopped = true
  }

  /** Resolves when nothing is due; what waits for a later try does not hold it. */
  async flush(): Promise<void> {
    this.pump()
    while (this.lanes.size > 0) {
      await Promise.all(this.lanes.values())
      this.pump()
    }
  }

  /** One lane a target: one that hangs or is down holds back nobody else. */
  private pump(): void {
    if (this.stopped) return
    for (const row of this.parts.store.due(this.parts.clock.now())) {
      if (!this.lanes.has(row.target)) this.lanes.set(row.target, this.lane(row.target))
    }
  }

  private async lane(target: string): Promise<void> {
    try {
      for (;;) {
        await this.paced(target)
        const row = this.parts.store.due(this.parts.clock.now()).find((one) => one.target === target)
        if (row === undefined || this.stopped) return
        await this.deliver(row)
      }
    } catch (error) {
      this.parts.log('the outbox itself failed', { error })
    } finally {
      this.lanes.delete(target)
    }
  }

  private async deliver(row: OutboxRow): Promise<void> {
    const { store, log } = this.parts
    try {
      const ref = await this.send(row)
      this.lastSent.set(row.target, this.parts.clock.now().getTime())
      this.tries.delete(row.slot)
      store.delivered(row.slot, row.version, ref)
    } catch (error) {
      const tries = (this.tries.get(row.slot) ?? 0) + 1
      log('a message could not be delivered', { slot: row.slot, tries, error })
      if (tries >= MOST_TRIES) {
        this.tries.delete(row.slot)
        store.delivered(row.slot, row.version, row.ref ?? REFUSED)
        return
      }
      this.tries.set(row.slot, tries)
      const delay = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tries - 1))
      store.postponed(row.slot, new Date(this.parts.clock.now().getTime() + delay))
      this.parts.schedule(delay + 1, () => this.pump())
    }
  }

  private async send(row: OutboxRow): Promise<MessageRef> {
    const target = readTarget(row.target)
    const platform = this.parts.platforms.get(target.platform)
    if (platform === undefined) throw new Error(`there is no platform ${target.platform}`)
    const alone = 'direct' in target ? target.direct : target.to === 'all' ? null : target.to
    const message = this.parts.tokens.mint(readBody(row.body).message, alone)
    if (row.ref === REFUSED) return REFUSED
    if (row.ref !== null) {
      await platform.edit(row.ref, message)
      return row.ref
    }
    return 'direct' in target
      ? platform.direct(target.direct, message)
      : platform.post(target.place, target.to, message)
  }

  private async paced(target: string): Promise<void> {
    const last = this.lastSent.get(target)
    const least = this.parts.pace(readTarget(target).platform)
    if (last === undefined || least <= 0) return
    const wait = last + least - this.parts.clock.now().getTime()
    if (wait > 0) await new Promise<void>((resolve) => this.parts.schedule(wait, resolve))
  }
}
