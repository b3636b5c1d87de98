import type { Identity } from '../core/person.js'
import type { Clock } from '../core/ports.js'
import type { ActionTokens } from './action-tokens.js'
import { PlatformRefusal, RateLimited, type ChatPlatform, type MessageRef } from './chat.js'
import type { Message } from './message.js'
import { readBody, readTarget, writeBody, writeTarget, type Body, type Target } from './outbox-row.js'
import { Pacer } from './pacer.js'
import type { Log, OutboxRow, OutboxStore, Schedule } from './ports.js'

const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 300_000
/** In place of a reference: the asker alone cannot be reached; people removed the message. Both mean: no more edits. */
const REFUSED = 'refused'
const GONE = 'gone'

export interface OutboxParts {
  readonly store: OutboxStore
  readonly platforms: ReadonlyMap<string, ChatPlatform>
  readonly tokens: ActionTokens
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Log
}

export interface Want {
  /** False while more is to come in the slot by itself. */
  readonly final?: boolean
  /** Not to be delivered before so many milliseconds have passed, so that it can be withdrawn. */
  readonly afterMs?: number
}

interface Due {
  readonly row: OutboxRow
  readonly body: Body
}

/** Level-based: a slot says what a message should say now, and is delivered until it does. The last state always is. */
export class Outbox {
  private readonly lanes = new Map<string, Promise<void>>()
  /** Until when a destination, or a whole platform, takes nothing more (429). */
  private readonly heldUntil = new Map<string, number>()
  private readonly tries = new Map<string, number>()
  /** Slots on their way. One whose target changes meanwhile waits: its first message has no reference yet. */
  private readonly sending = new Set<string>()
  private isSlotAwaited = false
  private readonly pacer = new Pacer()
  private nextPump: { readonly at: number; readonly callOff: () => void } | null = null
  private stopped = false

  constructor(private readonly parts: OutboxParts) {}

  /** May be called within a transaction: delivery begins after it. */
  want(slot: string, target: Target, message: Message, { final = true, afterMs = 0 }: Want = {}): void {
    if (message.secret === true) throw new Error(`a secret must not go through the outbox (slot ${slot})`)
    const { store, clock } = this.parts
    store.want(slot, writeTarget(target), writeBody({ message, final }), clock.now())
    if (afterMs > 0) store.postponed(slot, new Date(clock.now().getTime() + afterMs))
    this.pumpIn(afterMs)
  }

  /** Takes back what has not been delivered yet. */
  withdraw(slot: string): void {
    this.parts.store.withdraw(slot)
  }

  /** `open`: something is said there that is not the end yet. */
  stateOf(slot: string): 'unknown' | 'open' | 'final' {
    const row = this.parts.store.get(slot)
    if (row === undefined) return 'unknown'
    return readBody(row.body).final ? 'final' : 'open'
  }

  targetOf(slot: string): Target | null {
    const row = this.parts.store.get(slot)
    return row === undefined ? null : readTarget(row.target)
  }

  /** Takes up what a former run left undelivered. */
  start(): void {
    this.pump()
  }

  /** The platform is there again: what waits for it does not wait out its backoff. */
  wake(platform: string): void {
    this.parts.store.wake(platform)
    this.tries.clear()
    this.pumpIn(0)
  }

  /** Direct messages of this one are open now: what was refused of late is delivered. */
  reachable(identity: Identity): void {
    this.parts.store.retryRefused(identity, this.parts.clock.now())
    this.pumpIn(0)
  }

  stop(): void {
    this.stopped = true
    this.nextPump?.callOff()
  }

  /** Resolves when nothing is due; what waits for a later try does not hold it. */
  async flush(): Promise<void> {
    this.pump()
    while (this.lanes.size > 0) {
      await Promise.all(this.lanes.values())
      this.pump()
    }
  }

  private pumpIn(ms: number): void {
    if (this.stopped) return
    const now = this.parts.clock.now().getTime()
    // One that is overdue is due at once: the clock went on while timers stood still, as after a suspend.
    const isOverdue = this.nextPump !== null && this.nextPump.at < now
    const at = isOverdue ? now : now + ms
    if (this.nextPump !== null && !isOverdue && this.nextPump.at <= at) return
    this.nextPump?.callOff()
    const callOff = this.parts.schedule(at - now, () => {
      this.nextPump = null
      this.pump()
    })
    this.nextPump = { at, callOff }
  }

  /** One lane a target: one that hangs or is down holds back nobody else. */
  private pump(): void {
    if (this.stopped) return
    const { store, clock } = this.parts
    const due = store.due(clock.now())
    for (const target of new Set(due.map((row) => row.target))) {
      const rows = due.filter((row) => row.target === target)
      if (!this.lanes.has(target)) this.open(target, rows)
    }
    const next = store.nextDue(clock.now())
    if (next !== null) this.pumpIn(Math.max(1, next.getTime() - clock.now().getTime()))
  }

  /** Does nothing where the target may not be sent to yet: a later pump does. */
  private open(target: string, rows: readonly OutboxRow[]): void {
    const next = this.next(target, rows)
    if (typeof next === 'number') this.pumpIn(next)
    else this.lanes.set(target, this.lane(target, next))
  }

  private async lane(target: string, first: Due): Promise<void> {
    try {
      let next: Due | number | null = first
      while (next !== null && typeof next !== 'number' && !this.stopped) {
        await this.deliver(next)
        const rows = this.parts.store.due(this.parts.clock.now()).filter((one) => one.target === target)
        next = rows.length === 0 ? null : this.next(target, rows)
      }
      if (typeof next === 'number') this.pumpIn(next)
    } catch (error) {
      this.parts.log('the outbox itself failed', { error })
    } finally {
      this.lanes.delete(target)
    }
  }

  /** What is to be delivered next, with its share of the platform's limits taken; or how long all of it must wait. */
  private next(target: string, rows: readonly OutboxRow[]): Due | number {
    const now = this.parts.clock.now().getTime()
    const destination = readTarget(target)
    const platform = this.parts.platforms.get(destination.platform)
    const held = Math.max(this.heldUntil.get(target) ?? 0, this.heldUntil.get(destination.platform) ?? 0)
    if (held > now) return held - now
    // What is said once goes before what is edited again and again.
    const all = rows.map((row): Due => ({ row, body: readBody(row.body) }))
    const inOrder = [...all.filter((one) => !isLiveEdit(one)), ...all.filter(isLiveEdit)]
    let least = LONGEST_BACKOFF_MS
    for (const due of inOrder) {
      if (this.sending.has(due.row.slot)) {
        this.isSlotAwaited = true
        continue
      }
      const kind = due.row.ref === null ? 'post' : 'edit'
      const budgets = (platform?.budgets(destination, kind) ?? []).map(({ key, perMinute }) => ({
        key: `${destination.platform} ${key}`,
        perMinute,
      }))
      const wait = this.pacer.wait(budgets, isLiveEdit(due), now)
      least = Math.min(least, wait)
      if (wait > 0) continue
      this.pacer.take(budgets, now)
      return due
    }
    return least
  }

  private async deliver({ row, body }: Due): Promise<void> {
    const { store } = this.parts
    this.sending.add(row.slot)
    try {
      const ref = await this.send(row, body)
      this.tries.delete(row.slot)
      store.delivered(row.slot, row.version, ref)
    } catch (error) {
      this.failed(row, error)
    } finally {
      this.sending.delete(row.slot)
      if (this.isSlotAwaited) this.pumpIn(0)
      this.isSlotAwaited = false
    }
  }

  private failed(row: OutboxRow, error: unknown): void {
    const { store, log, clock } = this.parts
    if (error instanceof RateLimited) {
      const key = error.scope === 'platform' ? readTarget(row.target).platform : row.target
      this.heldUntil.set(key, clock.now().getTime() + error.retryAfterMs)
      return
    }
    const tries = (this.tries.get(row.slot) ?? 0) + 1
    log('a message could not be delivered', { slot: row.slot, tries, error })
    if (error instanceof PlatformRefusal) {
      this.tries.delete(row.slot)
      store.delivered(row.slot, row.version, row.ref)
      return
    }
    this.tries.set(row.slot, tries)
    const delay = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(tries - 1, 20))
    store.postponed(row.slot, new Date(clock.now().getTime() + delay))
    this.pumpIn(delay)
  }

  private async send(row: OutboxRow, { message, final }: Body): Promise<MessageRef> {
    if (row.ref === REFUSED || row.ref === GONE) return row.ref
    const target = readTarget(row.target)
    const platform = this.parts.platforms.get(target.platform)
    if (platform === undefined) throw new PlatformRefusal(`there is no platform ${target.platform}`)
    const alone = 'direct' in target ? target.direct : target.to === 'all' ? null : target.to
    const minted = this.parts.tokens.mint(message, alone)
    if (row.ref !== null) return platform.edit(row.ref, minted, !final)
    return 'direct' in target
      ? platform.direct(target.direct, minted, !final)
      : platform.post(target.place, target.to, minted, !final)
  }
}

function isLiveEdit({ row, body }: Due): boolean {
  return row.ref !== null && !body.final
}
