import { mayUse, roleOf } from '../core/access.js'
import type { Edit } from '../core/edits.js'
import { InfraError, UserError } from '../core/errors.js'
import { identityText, sameIdentity, type Person } from '../core/person.js'
import type { Clock, Store, Sync } from '../core/ports.js'
import type { Network, Settings, State } from '../core/state.js'
import type { ActionTokens } from './action-tokens.js'
import type { BotAnnouncer } from './announcer.js'
import type { Addresses } from './cards/addresses.js'
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
import { complete } from './complete.js'
import { missingForm } from './forms.js'
import { inboxKey, readRequest, writeRequest, type WrittenRequest } from './inbox.js'
import { incidentId } from './incident.js'
import { withoutButtons, type CommandCall, type Message, type PlatformMessage } from './message.js'
import type { Outbox } from './outbox.js'
import { checkCall, findCommand, parseWords } from './parse.js'
import type { Audit, Inbox, Log } from './ports.js'

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

  constructor(private readonly parts: RouterParts) {}

  menu(): readonly CommandMenuEntry[] {
    return this.parts.commands.map(({ name, summary, usage }) => ({ name, summary, usage }))
  }

  parse(asker: Asker, input: ChatInput): Parsed {
    const { commands, settings, store } = this.parts
    const role = roleOf(settings.access, asker.identity)
    const refuse = (message: Message): Parsed => ({ kind: 'refuse', message: this.minted(message, asker) })
    try {
      if (role === null) {
        return input.kind === 'complete' ? { kind: 'complete', choices: [] } : refuse(stranger(asker.identity))
      }
      const allowed = commands.filter((one) => mayUse(one.need, role, true))
      const state = store.state()
      const person = personOf(state, asker)
      const names = state.sandboxes.filter((one) => role === 'admin' || one.owner === person?.id).map((one) => one.name)
      if (input.kind === 'complete') return { kind: 'complete', choices: complete(input.text, allowed, names) }
      const call = this.callOf(asker, input)
      const command = findCommand(call.command, commands)
      if (!allowed.includes(command)) return refuse(notAllowed(command.name))
      const form = missingForm(command, call, names)
      return form === null ? { kind: 'run', audience: command.audience, call } : { kind: 'form', form }
    } catch (error) {
      return refuse(this.errorText(error, asker, input.kind))
    }
  }

  accept(request: ChatRequest, call: CommandCall, audience: Audience): Accepted {
    const { inbox, clock } = this.parts
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
    const ended = Promise.resolve()
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
    platform?.post(asker.place, asker.identity, message).catch((worse: unknown) => {
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
        return this.reply(key, written, stale(wordsOf(call), request.sentAt), 'refused')
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
            origin: { identity: request.asker.identity, place: request.asker.place, eventKey: key },
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
      if (answer.message !== null) this.want(key, written, answer.message(after))
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

  private reply(key: string, written: WrittenRequest, message: Message, outcome: Outcome): Outcome {
    this.parts.store.commit([], () => {
      this.want(key, written, message)
      this.parts.inbox.answered(key, outcome)
      if (outcome !== 'done') this.audit(written, outcome)
    })
    return outcome
  }

  private want(key: string, { request, audience }: WrittenRequest, message: Message): void {
    const { identity, place } = request.asker
    const to = audience === 'place' && message.tone !== 'bad' ? 'all' : identity
    this.parts.outbox.want(`reply:${key}`, { platform: identity.platform, place, to }, message)
  }

  private audit({ request, call }: WrittenRequest, outcome: Outcome): void {
    const { identity } = request.asker
    const person = personOf(this.parts.store.state(), request.asker)?.id ?? null
    const { command, args } = call
    this.parts.audit.append({
      at: this.parts.clock.now(),
      identity: identityText(identity),
      person,
      command,
      args,
      outcome,
    })
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

  private callOf(asker: Asker, input: Exclude<ChatInput, { kind: 'complete' }>): CommandCall {
    const { commands, tokens } = this.parts
    switch (input.kind) {
      case 'words':
        return parseWords(input.text, commands)
      case 'press':
        return checkCall(tokens.open(input.token, asker.identity), commands)
      case 'form':
        return checkCall(input.call, commands)
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
  return { id, name: label === '' ? identity.user.slice(0, 60) : label, identities: [identity] }
}

function wordsOf(call: CommandCall): string {
  return [call.command, ...Object.values(call.args)].join(' ').slice(0, 80)
}
