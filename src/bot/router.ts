import { mayUse, roleOf } from '../core/access.js'
import type { Edit } from '../core/edits.js'
import { InfraError, UserError } from '../core/errors.js'
import { identityText, sameIdentity, type Identity, type Person } from '../core/person.js'
import type { Origin } from '../core/operation.js'
import type { Clock, Store, Sync } from '../core/ports.js'
import type { Network, Settings, State } from '../core/state.js'
import type { ActionTokens } from './action-tokens.js'
import type { BotAnnouncer } from './announcer.js'
import type { Addresses } from './cards/addresses.js'
import { homeCard } from './cards/home.js'
import { diskTrouble, hostAway, notAllowed, ourFault, refusal, stale, stranger } from './cards/refusal.js'
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
import type { Answer, Command, HostLooks } from './command.js'
import { choicesOf, complete } from './complete.js'
import { missingForm } from './forms.js'
import { inboxKey, readRequest, writeRequest, type WrittenRequest } from './inbox.js'
import { incidentId } from './incident.js'
import { withoutButtons, type CommandCall, type Message, type PlatformMessage } from './message.js'
import type { Outbox } from './outbox.js'
import { checkCall, findCommand, parseWords } from './parse.js'
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
  readonly announcer: BotAnnouncer
  readonly tokens: ActionTokens
  readonly sync: Sync
  readonly settings: Settings
  readonly addresses: Addresses
  readonly host: HostLooks
  /** What Incus last said; null until the host has answered once. */
  readonly network: () => Network | null
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

/** Parse, authorise, run, reply. The only place where errors become text. */
export class BotRouter implements Router {
  private readonly running = new Map<string, Promise<Outcome>>()
  private readonly stale = new StaleRequests()
  private readonly turns = new Turns()

  constructor(private readonly parts: RouterParts) {}

  menu(): readonly CommandMenuEntry[] {
    return this.parts.commands.map(({ name, summary, usage, group, isFrequent, need, args }) => {
      return { name, summary, usage, group, isFrequent, needsAdmin: need === 'admin', args }
    })
  }

  parse(asker: Asker, input: ChatInput): Parsed {
    const { commands, settings, store } = this.parts
    const role = roleOf(settings.access, asker.identity)
    const refuse = (message: Message): Parsed => ({ kind: 'refuse', message: this.minted(message, asker) })
    try {
      if (role === null) return isQuestion(input) ? { kind: 'complete', choices: [] } : refuse(stranger(asker.identity))
      const allowed = commands.filter((one) => mayUse(one.need, role, true))
      const state = store.state()
      const person = personOf(state, asker)
      const names = state.sandboxes.filter((one) => role === 'admin' || one.owner === person?.id).map((one) => one.name)
      if (input.kind === 'complete') return { kind: 'complete', choices: complete(input.text, allowed, names) }
      if (input.kind === 'choices') return { kind: 'complete', choices: choicesOf(input, allowed, names) }
      const call = this.callOf(asker, input)
      const command = findCommand(call.command, commands)
      if (!allowed.includes(command)) return refuse(notAllowed(command.name))
      const form = missingForm(command, call, names)
      if (form === null) return { kind: 'run', audience: command.audience, call }
      return { kind: 'form', form: { ...form, token: this.parts.tokens.ofCall(call, asker.identity) } }
    } catch (error) {
      if (input.kind === 'press' || input.kind === 'form') this.auditBadToken(asker, error)
      return refuse(this.errorText(error, asker, input.kind))
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
    const { settings, store, addresses } = this.parts
    const state = store.state()
    const isKnown = roleOf(settings.access, asker.identity) !== null
    const person = personOf(state, asker)
    const own = state.sandboxes.filter((sandbox) => sandbox.owner === person?.id)
    return this.minted(isKnown ? homeCard(own, addresses) : stranger(asker.identity), asker)
  }

  reachable(identity: Identity): void {
    this.parts.outbox.reachable(identity)
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
    const now = this.parts.clock.now()
    try {
      if (now.getTime() - request.sentAt.getTime() > STALE_MS) {
        const missed = { words: wordsOf(call), sentAt: request.sentAt }
        const told = this.stale.add(request.asker.identity, key, missed, now)
        return this.reply(key, written, stale(told.missed), 'refused', told.slot)
      }
      const role = roleOf(this.parts.settings.access, request.asker.identity)
      if (role === null) return this.reply(key, written, stranger(request.asker.identity), 'refused')
      const command = findCommand(call.command, this.parts.commands)
      if (!mayUse(command.need, role, true)) {
        return this.reply(key, written, notAllowed(command.name), 'refused')
      }
      const { args } = checkCall(call, this.parts.commands)
      const state = this.parts.store.state()
      const known = personOf(state, request.asker)
      const person = known ?? newPerson(request.asker, this.parts.newId())
      const given = command.run(
        {
          context: {
            state,
            settings: this.parts.settings,
            network: this.parts.network(),
            actor: { person, role },
            origin: originOf(request.asker, key),
            now,
            newId: this.parts.newId,
          },
          addresses: this.parts.addresses,
          host: this.parts.host,
          sync: this.parts.sync,
          commands: this.parts.commands,
        },
        args,
      )
      // Nothing may come between what an operation saw and its edits: two at once would choose the same address.
      const answer = given instanceof Promise ? await given : given
      if (answer.answer === 'say') return this.reply(key, written, answer.message, 'done')
      return await this.apply(key, written, answer, known === undefined ? [{ edit: 'person.add', person }] : [])
    } catch (error) {
      const message = this.errorText(error, request.asker, call.command)
      return this.reply(key, written, message, error instanceof UserError ? 'refused' : 'failed')
    }
  }

  /** Edits, answer, audit and the first messages are one transaction; the loop is told after it. */
  private apply(
    key: string,
    written: WrittenRequest,
    answer: Extract<Answer, { answer: 'edit' }>,
    before: readonly Edit[],
  ): Promise<Outcome> {
    const { store, inbox, announcer, sync } = this.parts
    const edits = [...before, ...answer.edits]
    const started = edits.find((edit) => edit.edit === 'operation.start')?.operation
    store.commit(edits, () => {
      const after = store.state()
      if (started !== undefined) announcer.begun(started, after)
      if (answer.message !== null) this.want(`reply:${key}`, written, answer.message(after))
      inbox.answered(key, started === undefined ? 'done' : `op:${started.id}`)
      this.audit(written, 'done')
    })
    if (answer.interrupt !== undefined) sync.interrupt(answer.interrupt)
    const touched = edits.flatMap((edit) =>
      edit.edit === 'sandbox.add' ? [edit.sandbox.id] : edit.edit === 'sandbox.want' ? [edit.id] : [],
    )
    sync.poke([...new Set([...touched, ...(answer.poke ?? [])])])
    return started === undefined ? Promise.resolve('done') : announcer.whenEnded(started.id)
  }

  private reply(
    key: string,
    written: WrittenRequest,
    message: Message,
    outcome: Outcome,
    slot = `reply:${key}`,
  ): Outcome {
    this.parts.store.commit([], () => {
      this.want(slot, written, message)
      this.parts.inbox.answered(key, outcome)
      if (outcome !== 'done') this.audit(written, outcome)
    })
    return outcome
  }

  private want(slot: string, { request, audience }: WrittenRequest, message: Message): void {
    const { identity, place } = request.asker
    const to = audience === 'place' && message.tone !== 'bad' ? 'all' : identity
    this.parts.outbox.want(slot, { platform: identity.platform, place, to }, message)
  }

  private audit({ request, call }: WrittenRequest, outcome: Outcome): void {
    this.appendAudit(request.asker, call.command, call.args, outcome)
  }

  /** A button or a form that is forged, expired, or another one's. */
  private auditBadToken(asker: Asker, error: unknown): void {
    if (!(error instanceof UserError) || (error.code !== 'gone' && error.code !== 'not-allowed')) return
    try {
      this.appendAudit(asker, 'press', {}, 'refused')
    } catch (worse) {
      this.parts.log('a refusal could not be written down', { worse })
    }
  }

  private appendAudit(asker: Asker, command: string, args: CommandCall['args'], outcome: Outcome): void {
    const person = personOf(this.parts.store.state(), asker)?.id ?? null
    const identity = identityText(asker.identity)
    this.parts.audit.append({ at: this.parts.clock.now(), identity, person, command, args, outcome })
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

  private callOf(asker: Asker, input: Exclude<ChatInput, Question>): CommandCall {
    const { commands, tokens } = this.parts
    switch (input.kind) {
      case 'words':
        return parseWords(input.text, commands)
      case 'call':
        return checkCall(input.call, commands)
      case 'press':
        return checkCall(tokens.open(input.token, asker.identity), commands)
      case 'form': {
        const call = tokens.open(input.token, asker.identity)
        const given = Object.entries(input.answers).filter(([, value]) => value.trim() !== '')
        return checkCall({ ...call, args: { ...call.args, ...Object.fromEntries(given) } }, commands)
      }
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

function personOf(state: State, asker: Asker): Person | undefined {
  return state.persons.find((person) => person.identities.some((one) => sameIdentity(one, asker.identity)))
}

function newPerson({ identity, name }: Asker, id: string): Person {
  const label = name
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 60)
  return { id, name: label === '' ? identity.user.slice(0, 60) : label, identities: [identity], isMuted: false }
}

type Question = Extract<ChatInput, { kind: 'complete' | 'choices' }>

function isQuestion(input: ChatInput): input is Question {
  return input.kind === 'complete' || input.kind === 'choices'
}

function originOf({ identity, place, isPrivate }: Asker, eventKey: string): Origin {
  return { identity, place, isPrivate, eventKey }
}

function wordsOf(call: CommandCall): string {
  return [call.command, ...Object.values(call.args)].join(' ').slice(0, 80)
}
