import { createHash } from 'node:crypto'
import { adminsOf } from '../core/access.js'
import type { Notice } from '../core/notice.js'
import { isLive, type Operation } from '../core/operation.js'
import { identityText, sameIdentity, type Identity, type PersonId } from '../core/person.js'
import type { Announcer, Clock, DriftReport, Login, Store } from '../core/ports.js'
import type { Rollout } from '../core/rollout.js'
import { sandboxById, type Settings, type State } from '../core/state.js'
import type { SandboxId } from '../core/sandbox.js'
import { entrantsOf } from '../core/sharing.js'
import type { Addresses } from './cards/addresses.js'
import { driftCard } from './cards/drift.js'
import { ended, endedForAll } from './cards/ended.js'
import { loginCard, loginRefused } from './cards/login.js'
import { noticeCard } from './cards/notice.js'
import { rolloutCard } from './cards/rollout.js'
import { announcement, progress, stepsReport } from './cards/progress.js'
import type { ChatPlatform, Outcome } from './chat.js'
import type { Message } from './message.js'
import type { ActionTokens } from './action-tokens.js'
import type { AuditTrail } from './audit-trail.js'
import type { Outbox } from './outbox.js'
import type { Log, Schedule } from './ports.js'
import { allSlotOf, allTarget, callerTarget, isPublic, slotOf, type SandboxCards } from './sandbox-cards.js'

const RECENT = 200
const TICK_MS = 1000
/** A reboot from inside is no news: what has stopped for less than this is not told. */
const STOPPED_FOR_MS = 15_000
const DAY_MS = 24 * 3_600_000
/** Longest wait for the end of the operation that a refused login belongs to. */
const LOGIN_HELD_MS = 60_000

export interface AnnouncerParts {
  readonly store: Store
  readonly outbox: Outbox
  readonly cards: SandboxCards
  readonly trail: AuditTrail
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
  /** Slots of notices that are withdrawn where the sandbox runs again in time. */
  private readonly stopped = new Map<SandboxId, string>()
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
    outbox.want(slotOf(operation), callerTarget(operation), progress(operation, clock.now()), { final: false })
    if (!isPublic(operation)) return
    const line = announcement(operation, nameOf(state, operation))
    outbox.want(allSlotOf(operation), allTarget(operation), line, { final: false })
  }

  operationChanged(id: string): void {
    this.guarded(() => {
      const operation = this.parts.store.operation(id)
      if (operation === undefined || operation.origin.isQuiet === true) return
      if (isLive(operation)) this.tellLive(operation)
      else this.tellEnd(operation)
    })
  }

  sandboxChanged(id: SandboxId): void {
    this.guarded(() => {
      this.parts.cards.refresh(id)
      const sandbox = sandboxById(this.parts.store.state(), id)
      const slot = this.stopped.get(id)
      if (slot === undefined || sandbox?.power === 'stopped') return
      this.parts.outbox.withdraw(slot)
      this.stopped.delete(id)
    })
  }

  noticed(id: SandboxId, notice: Notice): void {
    this.guarded(() => {
      const { store, outbox, clock } = this.parts
      const state = store.state()
      const sandbox = sandboxById(state, id)
      const owner = state.persons.find((person) => person.id === sandbox?.owner)
      const identity = owner === undefined ? undefined : this.identityOf(state, owner.id)
      if (sandbox === undefined || owner === undefined || owner.isMuted || identity === undefined) return
      const target = { platform: identity.platform, direct: identity }
      const message = noticeCard(sandbox.name, notice)
      if (notice.notice === 'stopped') {
        const slot = `notice:${id}:stopped:${clock.now().getTime()}`
        this.stopped.set(id, slot)
        return outbox.want(slot, target, message, { afterMs: STOPPED_FOR_MS })
      }
      const what = createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, 12)
      const day = Math.floor(clock.now().getTime() / DAY_MS)
      outbox.want(`notice:${id}:${notice.notice}:${day}:${what}`, target, message)
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
    const { store, platforms, tokens, addresses, log } = this.parts
    try {
      const state = store.state()
      const sandbox = sandboxById(state, login.sandbox)
      const operation = state.operations.find((one) => one.sandbox === login.sandbox && one.person === login.person)
      const identity = operation?.origin.identity ?? this.identityOf(state, login.person)
      const platform = identity === undefined ? undefined : platforms.get(identity.platform)
      if (sandbox === undefined || identity === undefined || platform === undefined) return false
      // Taken out since: a login of theirs opens nothing, and is told to nobody.
      if (!entrantsOf(state, sandbox).has(login.person)) return true
      const message = tokens.mint(loginCard(login, sandbox, addresses), identity)
      const isHere = operation?.origin.showsLogin === true
      const answer = isHere
        ? await platform.post(operation.origin.place, identity, message, false)
        : await platform.direct(identity, message, false)
      if (answer === 'refused' && operation !== undefined) {
        this.refuseLogin(operation)
      } else if (answer === 'refused') {
        // Waits in the outbox until their direct messages are open.
        this.tell(
          `login:${sandbox.id}:${login.person}:${sandbox.generation}`,
          login.person,
          loginRefused(sandbox.name, false),
        )
      }
      return true
    } catch (error) {
      // Only the kind of failure: its words could quote the message.
      log('a login could not be delivered', { sandbox: login.sandbox, kind: error instanceof Error ? error.name : '' })
      return false
    }
  }

  /** One message for all of it, edited as it goes. */
  rolloutChanged(rollout: Rollout): void {
    this.guarded(() => {
      const { identity, place } = rollout.origin
      const target = { platform: identity.platform, place, to: identity }
      const final = rollout.state !== 'running'
      this.parts.outbox.want(`rollout:${rollout.id}`, target, rolloutCard(rollout), { final })
    })
  }

  /** What this offers is a new login: it waits until the operation that made this one is over. */
  private refuseLogin(operation: Operation): void {
    const slot = `login:${operation.id}`
    const message = loginRefused(operation.sandboxName, operation.origin.showsLogin !== true)
    this.parts.outbox.want(slot, callerTarget(operation), message, { afterMs: isLive(operation) ? LOGIN_HELD_MS : 0 })
  }

  /** Each owner has the card in their own direct messages. */
  passedOn(id: SandboxId, former: PersonId): void {
    const state = this.parts.store.state()
    const sandbox = sandboxById(state, id)
    if (sandbox !== undefined) this.parts.cards.passOn(sandbox, former, this.identityOf(state, sandbox.owner))
  }

  /** A direct message to somebody about what another one did; told once a slot. Nobody can be reached: nothing. */
  tell(slot: string, to: PersonId | Identity, message: Message): void {
    const { store, outbox } = this.parts
    const identity = typeof to === 'string' ? this.identityOf(store.state(), to) : to
    if (identity !== undefined) outbox.want(slot, { platform: identity.platform, direct: identity }, message)
  }

  /** Past the outbox, since it is never written down. False: they cannot be reached, by direct message or there alone. */
  async tellAlone(identity: Identity, place: string, message: Message): Promise<boolean> {
    const platform = this.parts.platforms.get(identity.platform)
    if (platform === undefined) return false
    const minted = this.parts.tokens.mint(message, identity)
    const answer = await platform.direct(identity, minted, false)
    return answer !== 'refused' || (await platform.post(place, identity, minted, false)) !== 'refused'
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
      for (const identity of adminsOf(store.state(), settings, report.at).filter((one) =>
        platforms.has(one.platform),
      )) {
        const slot = `drift:${about}:${report.at.getTime()}:${identityText(identity)}`
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
    this.parts.trail.noteEnd(operation)
    const { store, outbox, cards, addresses, clock } = this.parts
    const state = store.state()
    const now = clock.now()
    const isDone = operation.state === 'done'
    const hasCardForAll = isDone && operation.verb !== 'delete' && isPublic(operation)
    const own = hasCardForAll ? stepsReport(operation, now) : ended(state, operation, addresses, now)
    outbox.want(slotOf(operation), callerTarget(operation), own)
    if (isPublic(operation)) {
      const message = endedForAll(state, operation, nameOf(state, operation), addresses, now)
      outbox.want(allSlotOf(operation), allTarget(operation), message)
    }
    const sandbox = sandboxById(state, operation.sandbox)
    if (hasCardForAll && operation.verb === 'create' && sandbox !== undefined) {
      cards.addDirect(sandbox, operation.origin.identity)
    }
    if (isDone) cards.retire(operation)
    if (outbox.stateOf(`login:${operation.id}`) !== 'unknown') {
      outbox.withdraw(`login:${operation.id}`)
      this.refuseLogin(operation)
    }
    for (const resolve of this.waiters.get(operation.id) ?? []) resolve(outcomeOf(operation))
    this.waiters.delete(operation.id)
  }

  /** The one with which this person last asked for something, of those on a platform that is there. */
  private identityOf(state: State, person: PersonId): Identity | undefined {
    const { store, platforms } = this.parts
    const own = state.persons.find((one) => one.id === person)?.identities ?? []
    const there = own.filter((one) => platforms.has(one.platform))
    const last = store.recentOperations(RECENT).find((one) => one.person === person)?.origin.identity
    return there.find((one) => last !== undefined && sameIdentity(one, last)) ?? there[0]
  }

  private guarded(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.parts.log('people could not be told', { error })
    }
  }
}

function nameOf(state: State, operation: Operation): string {
  return state.persons.find((person) => person.id === operation.person)?.name ?? 'Someone'
}

function outcomeOf(operation: Operation): Outcome {
  return operation.state === 'done' ? 'done' : 'failed'
}
