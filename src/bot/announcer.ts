import { isLive, type Operation } from '../core/operation.js'
import { identityText } from '../core/person.js'
import type { Announcer, Clock, DriftReport, Login, Store } from '../core/ports.js'
import { sandboxById, type Settings, type State } from '../core/state.js'
import type { SandboxId } from '../core/sandbox.js'
import type { Addresses } from './cards/addresses.js'
import { driftCard } from './cards/drift.js'
import { ended, endedForAll } from './cards/ended.js'
import { loginCard, loginRefused } from './cards/login.js'
import { announcement, progress, stepsReport } from './cards/progress.js'
import { sandboxCard } from './cards/sandbox-card.js'
import type { ChatPlatform, Outcome } from './chat.js'
import type { ActionTokens } from './action-tokens.js'
import type { Outbox } from './outbox.js'
import type { Target } from './outbox-row.js'
import type { Log, Schedule } from './ports.js'

const RECENT = 200
const TICK_MS = 1000

export interface AnnouncerParts {
  readonly store: Store
  readonly outbox: Outbox
  readonly platforms: ReadonlyMap<string, ChatPlatform>
  readonly tokens: ActionTokens
  readonly addresses: Addresses
  readonly settings: Settings
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Log
}

/** Tells people how what they asked for goes: each operation has its messages, by slot. */
export class BotAnnouncer implements Announcer {
  private readonly waiters = new Map<string, ((outcome: Outcome) => void)[]>()
  private readonly ticking = new Set<string>()
  /** What was told last, of the host and of DNS: they are looked at apart. */
  private readonly lastDrift = new Map<'host' | 'dns', string>()

  constructor(private readonly parts: AnnouncerParts) {}

  /** After a restart: what lives, and what ended without having been told. */
  start(): void {
    for (const operation of this.parts.store.recentOperations(RECENT)) {
      const untold = this.parts.outbox.stateOf(slotOf(operation)) === 'open'
      if (isLive(operation) || untold) this.operationChanged(operation.id)
    }
  }

  /** The first messages; called in the transaction that starts the operation, so that they always follow it. */
  begun(operation: Operation, state: State): void {
    const { outbox, clock } = this.parts
    outbox.want(slotOf(operation), callerTarget(operation), progress(operation, clock.now()), false)
    if (isPublic(operation)) {
      outbox.want(allSlotOf(operation), allTarget(operation), announcement(operation, nameOf(state, operation)), false)
    }
  }

  operationChanged(id: string): void {
    this.guarded(() => {
      const operation = this.parts.store.operation(id)
      if (operation === undefined) return
      if (isLive(operation)) this.tellLive(operation)
      else this.tellEnd(operation)
    })
  }

  sandboxChanged(id: SandboxId): void {
    this.guarded(() => {
      const { store, outbox, addresses, clock } = this.parts
      const state = store.state()
      const sandbox = sandboxById(state, id)
      const [newest] = this.cardsOf(id)
      if (sandbox === undefined || newest === undefined) return
      const card = sandboxCard(state, sandbox, addresses, clock.now())
      if (isPublic(newest)) outbox.want(allSlotOf(newest), allTarget(newest), card)
      else outbox.want(slotOf(newest), callerTarget(newest), card)
    })
  }

  /** Resolves when the operation is over, at once where it is. */
  whenEnded(id: string): Promise<Outcome> {
    const operation = this.parts.store.operation(id)
    if (operation !== undefined && !isLive(operation)) return Promise.resolve(outcomeOf(operation))
    return new Promise((resolve) => this.waiters.set(id, [...(this.waiters.get(id) ?? []), resolve]))
  }

  /** Straight to the platform: a password is never written down. */
  async deliverLogin(login: Login): Promise<boolean> {
    const { store, platforms, tokens, addresses, outbox, log } = this.parts
    try {
      const state = store.state()
      const sandbox = sandboxById(state, login.sandbox)
      const operation = state.operations.find((one) => one.sandbox === login.sandbox && one.person === login.person)
      const identities = state.persons.find((person) => person.id === login.person)?.identities ?? []
      const identity = operation?.origin.identity ?? identities.find((one) => platforms.has(one.platform))
      const platform = identity === undefined ? undefined : platforms.get(identity.platform)
      if (sandbox === undefined || identity === undefined || platform === undefined) return false
      const answer = await platform.direct(identity, tokens.mint(loginCard(login, sandbox, addresses), identity))
      if (answer === 'refused' && operation !== undefined) {
        outbox.want(`login:${operation.id}`, callerTarget(operation), loginRefused(sandbox.name))
      }
      return true
    } catch (error) {
      // Only the kind of failure: its words could quote the message.
      log('a login could not be delivered', { sandbox: login.sandbox, kind: error instanceof Error ? error.name : '' })
      return false
    }
  }

  /** To admins, only when there is some, and once for the same. */
  drift(report: DriftReport): void {
    this.guarded(() => {
      const { store, settings, platforms, outbox } = this.parts
      const about = report.lines.every(({ part }) => part === 'record set') ? 'dns' : 'host'
      const what = JSON.stringify([report.lines, report.held])
      // A Caddy met for the first time has nothing of ours: no news to anybody.
      const isFirst = store.state().sandboxes.length === 0 && report.lines.every((line) => line.subject === 'server')
      if (report.lines.length === 0 || isFirst || what === this.lastDrift.get(about)) return
      this.lastDrift.set(about, what)
      for (const identity of settings.access.admins.filter((one) => platforms.has(one.platform))) {
        const slot = `drift:${report.at.getTime()}:${identityText(identity)}`
        outbox.want(slot, { platform: identity.platform, direct: identity }, driftCard(report, false))
      }
    })
  }

  private tellLive(operation: Operation): void {
    const { store, schedule } = this.parts
    this.begun(operation, store.state())
    if (this.ticking.has(operation.id)) return
    this.ticking.add(operation.id)
    schedule(TICK_MS, () => {
      this.ticking.delete(operation.id)
      this.guarded(() => {
        const now = store.operation(operation.id)
        if (now === undefined || !isLive(now)) return
        this.tellLive(now)
      })
    })
  }

  private tellEnd(operation: Operation): void {
    const { store, outbox, addresses, clock } = this.parts
    const state = store.state()
    const now = clock.now()
    const hasCardForAll = operation.state === 'done' && operation.verb !== 'delete' && isPublic(operation)
    const own = hasCardForAll ? stepsReport(operation, now) : ended(state, operation, addresses, now)
    outbox.want(slotOf(operation), callerTarget(operation), own)
    if (isPublic(operation)) {
      const message = endedForAll(state, operation, nameOf(state, operation), addresses, now)
      outbox.want(allSlotOf(operation), allTarget(operation), message)
    }
    if (operation.state === 'done') this.retire(operation, state)
    for (const resolve of this.waiters.get(operation.id) ?? []) resolve(outcomeOf(operation))
    this.waiters.delete(operation.id)
  }

  /** An older card of the same sandbox loses its buttons. */
  private retire(operation: Operation, state: State): void {
    const { outbox, addresses, clock } = this.parts
    const sandbox = sandboxById(state, operation.sandbox)
    const older = this.cardsOf(operation.sandbox).find((one) => one.id !== operation.id)
    if (older === undefined) return
    const message =
      sandbox === undefined
        ? ended(state, { ...older, verb: 'delete', state: 'done' }, addresses, clock.now())
        : sandboxCard(state, sandbox, addresses, clock.now(), false)
    if (isPublic(older)) outbox.want(allSlotOf(older), allTarget(older), message)
    else outbox.want(slotOf(older), callerTarget(older), message)
  }

  /** The operations whose messages show the sandbox's card, the newest first. */
  private cardsOf(id: SandboxId): readonly Operation[] {
    const { store, outbox } = this.parts
    return store
      .recentOperations(RECENT)
      .filter((one) => one.sandbox === id && one.state === 'done' && outbox.stateOf(slotOf(one)) !== 'unknown')
  }

  private guarded(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.parts.log('people could not be told', { error })
    }
  }
}

function slotOf(operation: Operation): string {
  return `op:${operation.id}`
}

function allSlotOf(operation: Operation): string {
  return `op:${operation.id}:all`
}

function callerTarget({ origin }: Operation): Target {
  return { platform: origin.identity.platform, place: origin.place, to: origin.identity }
}

function allTarget({ origin }: Operation): Target {
  return { platform: origin.identity.platform, place: origin.place, to: 'all' }
}

/** A new login is nobody's business but its owner's. */
function isPublic(operation: Operation): boolean {
  return operation.verb !== 'credentials'
}

function nameOf(state: State, operation: Operation): string {
  return state.persons.find((person) => person.id === operation.person)?.name ?? 'Someone'
}

function outcomeOf(operation: Operation): Outcome {
  return operation.state === 'done' ? 'done' : 'failed'
}
