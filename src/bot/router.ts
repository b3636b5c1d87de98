import { isInTheOpen, personOf, type Access } from '../core/access.js'
import type { Edit } from '../core/edits.js'
import { InfraError, UserError } from '../core/errors.js'
import { identityText, type Identity, type Person } from '../core/person.js'
import type { Origin } from '../core/operation.js'
import type { Context } from '../core/operations/operation-context.js'
import type { HostRoom } from '../core/host-room.js'
import type { Clock, KeySource, Store, Sync } from '../core/ports.js'
import { checkQuotas } from '../core/quota-check.js'
import { enteredBy } from '../core/sharing.js'
import type { Network, Settings, State } from '../core/state.js'
import type { Subject } from '../core/subject.js'
import type { ActionTokens } from './action-tokens.js'
import type { BotAnnouncer } from './announcer.js'
import type { AuditTrail } from './audit-trail.js'
import { Calls, isQuestion, type Question } from './calls.js'
import type { Addresses } from './cards/addresses.js'
import { homeCard } from './cards/home.js'
import { diskTrouble, hostAway, ourFault, refusal, stale, stranger } from './cards/refusal.js'
import type {
  Accepted,
  Asker,
  Audience,
  ChatInput,
  ChatRequest,
  ChatPlatform,
  CommandMenuEntry,
  Outcome,
  Parsed,
  Router,
} from './chat.js'
import type { Codes } from './codes.js'
import type { Answer, Args, Command, Desk, HostLooks } from './command.js'
import { choicesOf, complete } from './complete.js'
import { Departures } from './departures.js'
import { Doorkeeper, isAdmitted, presenceOf } from './doorkeeper.js'
import { missingForm } from './forms.js'
import { inboxKey, readRequest, writeRequest, type WrittenRequest } from './inbox.js'
import { incidentId } from './incident.js'
import { withoutButtons, type CommandCall, type Message, type PlatformMessage } from './message.js'
import type { Outbox } from './outbox.js'
import { plainText } from './plain-text.js'
import { checkCall, findCommand } from './parse.js'
import { RateLimit, type RateSettings } from './rate-limit.js'
import { StaleRequests } from './stale.js'
import type { Audit, Inbox, Log } from './ports.js'
import { Turns } from './turns.js'

const STALE_MS = 5 * 60_000

export interface RouterParts {
  readonly commands: readonly Command[]
  readonly store: Store
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly platforms: ReadonlyMap<string, ChatPlatform>
  readonly audit: Audit
  readonly trail: AuditTrail
  readonly announcer: BotAnnouncer
  readonly tokens: ActionTokens
  readonly codes: Codes
  readonly keySource: KeySource
  readonly rate: RateSettings
  readonly sync: Sync
  readonly settings: Settings
  readonly addresses: Addresses
  readonly host: HostLooks
  /** What Incus last said; null until the host has answered once. */
  readonly network: () => Network | null
  /** What the host last said it has left; null where it has not. */
  readonly room: () => HostRoom | null
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

/** Parse, authorise, run, reply. The only place where errors become text. */
export class BotRouter implements Router {
  private readonly running = new Map<string, Promise<Outcome>>()
  private readonly stale = new StaleRequests()
  private readonly turns = new Turns()
  private readonly door: Doorkeeper
  private readonly calls: Calls
  private readonly rate: RateLimit
  private readonly departures: Departures

  constructor(private readonly parts: RouterParts) {
    this.calls = new Calls(parts)
    this.rate = new RateLimit(parts.rate, parts.clock)
    this.departures = new Departures(parts)
    this.door = new Doorkeeper(parts)
  }

  menu(): readonly CommandMenuEntry[] {
    return this.parts.commands.map(({ name, summary, usage, group, isFrequent, need, args }) => {
      return { name, summary, usage, group, isFrequent, needsAdmin: need === 'admin', args }
    })
  }

  parse(asker: Asker, input: ChatInput): Parsed {
    const { commands, store } = this.parts
    const refuse = (message: Message): Parsed => ({ kind: 'refuse', message: this.minted(message, asker) })
    const access = this.door.accessOf(asker)
    try {
      const state = store.state()
      const person = personOf(state, asker.identity)
      const names = namesFor(state, access, person)
      if (isQuestion(input)) return { kind: 'complete', choices: this.choices(input, this.door.usable(access), names) }
      this.door.meet(asker)
      const call = this.calls.of(asker, input)
      const command = findCommand(call.command, commands)
      const refused = this.door.refusal(asker, access, command, call.args)
      if (refused !== null) {
        this.door.noteRefusal(asker, access, call)
        return refuse(refused)
      }
      const form = missingForm(command, call, names)
      if (form === null) return { kind: 'run', audience: command.audience, call }
      return { kind: 'form', form: { ...form, token: this.parts.tokens.ofCall(call, asker.identity) } }
    } catch (error) {
      if (input.kind === 'press' || input.kind === 'form') this.noteBadToken(asker, error)
      if (isAdmitted(access) || !(error instanceof UserError)) return refuse(this.errorText(error, asker, input.kind))
      this.door.noteRefusal(asker, access, { command: input.kind, args: {} })
      return refuse(stranger(asker.identity))
    }
  }

  accept(request: ChatRequest, call: CommandCall, audience: Audience): Accepted {
    const { inbox, clock } = this.parts
    this.turns.arrived()
    const key = inboxKey(request)
    const written: WrittenRequest = { request, call, audience }
    try {
      const isNew = inbox.put(key, writeRequest(written), clock.now()) === 'new'
      return { ended: isNew ? this.begin(key, written) : this.former(key), refused: null }
    } catch (error) {
      const refused = withoutButtons(this.errorText(error, request.asker, call.command))
      return { ended: Promise.resolve('failed'), refused }
    }
  }

  home(asker: Asker): PlatformMessage {
    const { store, addresses } = this.parts
    const state = store.state()
    const isKnown = isAdmitted(this.door.accessOf(asker))
    const person = personOf(state, asker.identity)
    const entered = person === undefined ? [] : enteredBy(state, person.id)
    return this.minted(isKnown ? homeCard(entered, addresses) : stranger(asker.identity), asker)
  }

  reachable(identity: Identity): void {
    this.parts.outbox.reachable(identity)
  }

  left(identity: Identity): void {
    this.departures.left(identity)
  }

  moved({ platform, workspace, id }: Omit<Subject, 'kind'>, to: string): void {
    this.departures.moved({ kind: 'room', platform, workspace, id }, to)
  }

  connected(platform: string): void {
    this.parts.outbox.wake(platform)
  }

  /** After a restart: what was acknowledged and not carried out. What is too old is answered so. */
  resume(): void {
    const { inbox, log } = this.parts
    for (const { eventKey, request } of inbox.unanswered()) {
      const written = readRequest(request)
      if (written === null) {
        log('a written request cannot be read', { eventKey })
        inbox.answered(eventKey, 'failed')
      } else void this.begin(eventKey, written)
    }
  }

  private begin(key: string, written: WrittenRequest): Promise<Outcome> {
    const ended = this.turns
      .next()
      .then(() => this.carryOut(key, written))
      .catch((error: unknown): Outcome => {
        // Not even the reply could be written down: the request stays unanswered, and is taken up by the next start.
        this.parts.log('a request could not be answered', { key, error })
        this.sayUnwritten(written, error)
        return 'failed'
      })
      .finally(() => this.running.delete(key))
    this.running.set(key, ended)
    return ended
  }

  /** Past the outbox, which is in the database that fails. */
  private sayUnwritten({ request }: WrittenRequest, error: unknown): void {
    const { asker } = request
    const platform = this.parts.platforms.get(asker.identity.platform)
    const message = withoutButtons(this.errorText(error, asker, 'reply'))
    platform?.post(asker.place, asker.identity, message, false).catch((worse: unknown) => {
      this.parts.log('an answer could not be given', { worse })
    })
  }

  private async former(key: string): Promise<Outcome> {
    const live = this.running.get(key)
    if (live !== undefined) return live
    const outcome = this.parts.inbox.outcome(key)
    if (outcome?.startsWith('op:') === true) return this.parts.announcer.whenEnded(outcome.slice(3))
    return outcome === 'done' || outcome === 'refused' ? outcome : 'failed'
  }

  private async carryOut(key: string, written: WrittenRequest): Promise<Outcome> {
    const { request, call } = written
    const { asker } = request
    const now = this.parts.clock.now()
    try {
      if (now.getTime() - request.sentAt.getTime() > STALE_MS) {
        const missed = { words: wordsOf(call), sentAt: request.sentAt }
        const told = this.stale.add(asker.identity, key, missed, now)
        return this.reply(key, written, stale(told.missed), 'refused', told.slot)
      }
      const { commands } = this.parts
      const { args } = checkCall(call, commands)
      const command = findCommand(call.command, commands)
      const access = this.door.accessOf(asker)
      const refused = this.door.refusal(asker, access, command, args)
      if (refused !== null) return this.reply(key, written, refused, 'refused')
      return await this.run(key, written, command, args)
    } catch (error) {
      if (error instanceof UserError && error.code === 'wrong-code') this.parts.codes.countWrong(asker.identity)
      const message = this.errorText(error, asker, call.command)
      return this.reply(key, written, message, error instanceof UserError ? 'refused' : 'failed')
    }
  }

  private async run(key: string, written: WrittenRequest, command: Command, args: Args): Promise<Outcome> {
    const { asker } = written.request
    const state = this.parts.store.state()
    const known = personOf(state, asker.identity)
    const person = known ?? newPerson(asker, this.parts.newId())
    if (command.args.some((one) => one.isCode && args[one.name] !== undefined)) {
      this.parts.codes.demandAttempt(asker.identity)
    }
    if (command.isCostly(args)) this.rate.count(asker, person.id)
    const given = command.run(this.deskFor(written, key, state, person), args)
    // Nothing may come between what an operation saw and its edits: two at once would choose the same address.
    const answer = given instanceof Promise ? await given : given
    if (answer.answer === 'say') return this.reply(key, written, answer.message, 'done')
    return this.apply(key, written, answer, person, this.parts.store.state())
  }

  /** Edits, answer, audit and the first messages are one transaction; the loop is told after it. */
  private apply(key: string, written: WrittenRequest, answer: Edited, person: Person, before: State): Promise<Outcome> {
    const isNew = !before.persons.some((one) => one.id === person.id)
    const { store, inbox, announcer, sync, trail, commands } = this.parts
    const edits: readonly Edit[] = [...(isNew ? [{ edit: 'person.add' as const, person }] : []), ...answer.edits]
    const started = edits.find((edit) => edit.edit === 'operation.start')?.operation
    const outcome = answer.isRefusal === true ? 'refused' : 'done'
    const { call, request } = written
    const { asker } = request
    store.commit(edits, () => {
      const after = store.state()
      // What admins do about people is theirs to decide.
      if (findCommand(call.command, commands).need !== 'admin') this.demandQuota(answer, asker, person, before, after)
      if (started !== undefined) announcer.begun(started, after)
      if (answer.message !== null) this.want(`reply:${key}`, written, answer.message(after))
      inbox.answered(key, started === undefined ? outcome : `op:${started.id}`)
      for (const [at, one] of (answer.tell?.(after) ?? []).entries()) {
        announcer.tell(`told:${key}:${at}`, one.to, one.message)
      }
      for (const { sandbox, former } of answer.passed ?? []) announcer.passedOn(sandbox, former)
      const about = started === undefined ? {} : { operation: started.id, sandbox: started.sandboxName }
      trail.note(asker, call, started === undefined ? outcome : 'started', { person: person.id, ...about })
    })
    if (answer.interrupt !== undefined) sync.interrupt(answer.interrupt)
    const touched = edits.flatMap((edit) =>
      edit.edit === 'sandbox.add' ? [edit.sandbox.id] : edit.edit === 'sandbox.want' ? [edit.id] : [],
    )
    sync.poke([...new Set([...touched, ...(answer.poke ?? [])])])
    return started === undefined ? Promise.resolve(outcome) : announcer.whenEnded(started.id)
  }

  /** Inside the transaction that takes what is asked for. Throws UserError, which takes all of it back. */
  private demandQuota({ edits }: Edited, asker: Asker, person: Person, before: State, after: State): void {
    const { settings, room, clock } = this.parts
    const presence = presenceOf(asker)
    checkQuotas({ before, after, edits, settings, actor: person.id, presence, room: room(), now: clock.now() })
  }

  private reply(
    key: string,
    written: WrittenRequest,
    message: Message,
    outcome: Outcome,
    slot = `reply:${key}`,
  ): Outcome {
    const { store, inbox, trail, commands } = this.parts
    const { request, call } = written
    // What only shows something is no act; what admins do is one, whatever it answers.
    const isAct = outcome !== 'done' || commands.some((one) => one.name === call.command && one.group === 'admin')
    store.commit([], () => {
      this.want(slot, written, message)
      inbox.answered(key, outcome)
      const detail = outcome === 'done' ? '' : plainText(withoutButtons(message))
      if (isAct) trail.note(request.asker, call, outcome, { detail })
    })
    return outcome
  }

  private want(slot: string, { request, audience }: WrittenRequest, message: Message): void {
    const { identity, place } = request.asker
    const to = audience === 'place' && message.tone !== 'bad' ? 'all' : identity
    this.parts.outbox.want(slot, { platform: identity.platform, place, to }, message)
  }

  /** A button or a form that is forged, expired, or another one's. */
  private noteBadToken(asker: Asker, error: unknown): void {
    if (!(error instanceof UserError) || (error.code !== 'gone' && error.code !== 'not-allowed')) return
    try {
      this.parts.trail.note(asker, { command: 'press', args: {} }, 'refused')
    } catch (worse) {
      this.parts.log('a refusal could not be written down', { worse })
    }
  }

  /** Without its buttons where they cannot be remembered: a refusal is worth more than what it offers. */
  private minted(message: Message, asker: Asker): PlatformMessage {
    try {
      return this.parts.tokens.mint(message, asker.identity)
    } catch (error) {
      this.parts.log('the buttons of a refusal could not be written down', { error })
      return withoutButtons(message)
    }
  }

  private choices(input: Question, usable: readonly Command[], names: readonly string[]): readonly string[] {
    return input.kind === 'complete' ? complete(input.text, usable, names) : choicesOf(input, usable, names)
  }

  private deskFor({ request }: WrittenRequest, key: string, state: State, person: Person): Desk {
    const { addresses, sync, commands, codes, keySource, announcer, audit, store } = this.parts
    const { asker } = request
    return {
      context: this.contextOf(asker, key, state, person),
      afresh: () => this.contextOf(asker, key, store.state(), person),
      addresses,
      host: this.parts.host,
      sync,
      commands,
      presence: presenceOf(asker),
      codes,
      keySource,
      audit,
      tellAlone: (message) => announcer.tellAlone(asker.identity, asker.place, message),
    }
  }

  private contextOf(asker: Asker, key: string, state: State, person: Person): Context {
    const { settings, network, clock, newId } = this.parts
    return {
      state,
      settings,
      network: network(),
      actor: { person, ...this.door.accessOf(asker) },
      origin: originOf(asker, key, isInTheOpen(state, settings, presenceOf(asker))),
      now: clock.now(),
      newId,
    }
  }

  private errorText(error: unknown, asker: Asker, what: string): Message {
    if (error instanceof UserError) return refusal(error)
    if (error instanceof InfraError && error.system === 'disk' && error.sentence !== undefined) {
      this.parts.log(error.message, { what, error })
      return diskTrouble(error.sentence)
    }
    const incident = incidentId()
    this.parts.log('a request failed', { incident, what, identity: identityText(asker.identity), error })
    const isAway = error instanceof InfraError && error.retry === 'later'
    return isAway ? hostAway(error.sentence ?? 'the host does not answer', incident) : ourFault(incident)
  }
}

function newPerson({ identity, name }: Asker, id: string): Person {
  const label = name
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 60)
  return { id, name: label === '' ? identity.user.slice(0, 60) : label, identities: [identity], isMuted: false }
}

type Edited = Extract<Answer, { answer: 'edit' }>

/** Where not all who read the place may see it, it goes on between the two. */
function originOf({ identity, place }: Asker, eventKey: string, isInTheOpen: boolean): Origin {
  return { identity, place, isPrivate: !isInTheOpen, eventKey }
}

/** The sandboxes that they can name: what completion shows and forms offer. */
function namesFor(state: State, access: Access, person: Person | undefined): readonly string[] {
  if (access.role === null) return []
  if (access.role === 'admin') return state.sandboxes.map((one) => one.name)
  return person === undefined ? [] : enteredBy(state, person.id).map((one) => one.name)
}

function wordsOf(call: CommandCall): string {
  return [call.command, ...Object.values(call.args)].join(' ').slice(0, 80)
}
