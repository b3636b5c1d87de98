import { BotAnnouncer } from '../../src/bot/announcer.js'
import { ActionTokens } from '../../src/bot/action-tokens.js'
import { AuditTrail, type AuditTrailParts } from '../../src/bot/audit-trail.js'
import type { Asker, ChatInput, ChatRequest, Outcome, Parsed } from '../../src/bot/chat.js'
import { Codes } from '../../src/bot/codes.js'
import { commands } from '../../src/bot/commands/all.js'
import type { ActionToken, CommandCall, PlatformMessage } from '../../src/bot/message.js'
import { Outbox } from '../../src/bot/outbox.js'
import { plainText } from '../../src/bot/plain-text.js'
import { BotRouter } from '../../src/bot/router.js'
import { SandboxCards } from '../../src/bot/sandbox-cards.js'
import type { Edit } from '../../src/core/edits.js'
import { parseIdentity, type Identity, type Person } from '../../src/core/person.js'
import { personOf } from '../../src/core/access.js'
import type { HostRoom } from '../../src/core/host-room.js'
import type { KeySource, Sync } from '../../src/core/ports.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import { sandboxByName, type AccessSettings, type Settings, type State } from '../../src/core/state.js'
import { SqliteActions } from '../../src/infra/sqlite/actions.js'
import { SqliteAudit } from '../../src/infra/sqlite/audit.js'
import { openDatabase, type Db } from '../../src/infra/sqlite/database.js'
import { SqliteInbox } from '../../src/infra/sqlite/inbox.js'
import { SqliteOutbox } from '../../src/infra/sqlite/outbox.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { aSandbox, noAccess, noQuotas } from '../core/sandbox-fixture.js'
import { addresses } from './addresses.js'
import { FakePlatform } from './fakes.js'

const START = new Date('2026-06-01T12:00:00Z')
const limits = { cpus: 2, memory: 2 ** 31, disk: 20 * 2 ** 30, processes: 2000 }

export function settingsWith(access: Partial<AccessSettings>, more: Partial<Settings> = {}): Settings {
  const image = { server: null, protocol: null, alias: 'x' }
  return {
    base: 'box.example.com',
    scheme: 'nested',
    templates: [{ name: 'debian', description: '', image, appPort: 8000, limits, nesting: false, agent: 'own' }],
    agentPort: 9999,
    sshPort: 22,
    reservedNames: [],
    pins: null,
    access: { ...noAccess, ...access },
    quotas: noQuotas,
    ...more,
  }
}

export function identity(text: string): Identity {
  const read = parseIdentity(text)
  if (read === null) throw new Error(`${text} is no identity`)
  return read
}

export interface Where {
  readonly room?: string
  readonly groups?: readonly string[]
  readonly isPrivate?: boolean
}

/** The bot on several platforms at once, with a real database and a clock that a test moves. The loop is not in it. */
export class PeopleWorld {
  readonly platforms: ReadonlyMap<string, FakePlatform>
  readonly db: Db
  readonly store: SqliteStore
  readonly audit: SqliteAudit
  readonly trail: AuditTrail
  readonly outbox: Outbox
  readonly announcer: BotAnnouncer
  readonly codes: Codes
  readonly router: BotRouter
  readonly poked: string[] = []
  readonly logged: string[] = []
  now = START
  /** What somebody has published under a user name. */
  published: KeySource['keysOf'] = () => Promise.resolve([])
  /** What the host says it has left. */
  room: HostRoom | null = null
  private events = 0
  private ids = 0

  constructor(
    readonly settings: Settings,
    names: readonly string[] = ['slack', 'discord', 'telegram', 'console'],
    db: Db = openDatabase(':memory:'),
    mirror: AuditTrailParts['mirror'] = null,
  ) {
    this.platforms = new Map(names.map((name) => [name, new FakePlatform(name)]))
    this.db = db
    const clock = { now: (): Date => this.now }
    const key = Buffer.from('key')
    this.store = new SqliteStore(db)
    this.audit = new SqliteAudit(db)
    this.codes = new Codes(key, clock)
    const base = {
      store: this.store,
      platforms: this.platforms,
      tokens: new ActionTokens(new SqliteActions(db), key, clock),
      addresses: { ...addresses, sshLine: (name: string): string => `ssh ${name}` },
      clock,
      schedule: () => () => undefined,
      log: (message: string): void => void this.logged.push(message),
      settings,
    }
    this.outbox = new Outbox({ ...base, store: new SqliteOutbox(db) })
    const cards = new SandboxCards({ ...base, outbox: this.outbox })
    this.trail = new AuditTrail({ ...base, audit: this.audit, outbox: this.outbox, mirror })
    this.announcer = new BotAnnouncer({ ...base, outbox: this.outbox, cards, trail: this.trail })
    this.router = new BotRouter({
      ...base,
      commands,
      codes: this.codes,
      rate: { person: 20, room: 30, withinMs: 600_000 },
      keySource: { keysOf: (name) => this.published(name) },
      inbox: new SqliteInbox(db),
      outbox: this.outbox,
      audit: this.audit,
      trail: this.trail,
      announcer: this.announcer,
      sync: this.sync(),
      network: () => ({ name: 'sb', ipv4: '10.88.0.1/24', ipv6: null, pinsIpv6: false, dhcpRanges: [], leased: [] }),
      host: {
        rootCertificate: () => Promise.resolve(null),
        hostKeys: () => Promise.resolve({ lines: [], bare: [] }),
      },
      room: () => this.room,
      newId: () => `id${(this.ids += 1)}x${names.length}`,
    })
  }

  get state(): State {
    return this.store.state()
  }

  /** Moves the clock. */
  later(ms: number): void {
    this.now = new Date(this.now.getTime() + ms)
  }

  person(who: string): Person {
    const found = personOf(this.state, identity(who))
    if (found === undefined) throw new Error(`nobody is ${who}`)
    return found
  }

  /** Somebody whom the bot has met. */
  meet(...who: readonly string[]): Person {
    const identities = who.map(identity)
    const name = identities[0]?.user ?? ''
    const person = { id: `p-${who.join('+')}`, name, identities, isMuted: false }
    this.store.commit([{ edit: 'person.add', person }])
    return person
  }

  /** A running sandbox of theirs; with a login. */
  give(who: string, name: string, change: Partial<Sandbox> = {}): Sandbox {
    const owner = this.person(who).id
    const id = `sb-${name}`
    const spec = {
      ...aSandbox().spec,
      limits,
      accounts: [{ person: owner, user: owner, hash: `h-${owner}`, delivered: true }],
    }
    const last = this.state.sandboxes.length + 10
    const sandbox = aSandbox({ id, name, owner, spec, ipv4: `10.88.0.${last}`, instance: `${name}-${id}`, ...change })
    this.commit({ edit: 'sandbox.add', sandbox })
    return sandbox
  }

  sandbox(name: string): Sandbox {
    const found = sandboxByName(this.state, name)
    if (found === undefined) throw new Error(`there is no sandbox ${name}`)
    return found
  }

  commit(...edits: readonly Edit[]): void {
    this.store.commit(edits)
  }

  asker(who: string, { room = 'general', groups = [], isPrivate = false }: Where = {}): Asker {
    const one = identity(who)
    const place = isPrivate ? `dm-${one.user}` : room
    return { identity: one, name: one.user, place, room: place, isPrivate, groups }
  }

  parse(who: string, input: ChatInput, where: Where = {}): Parsed {
    return this.router.parse(this.asker(who, where), input)
  }

  /** Says it, and reads what that one is told: a refusal, a form, or the answers. */
  async say(who: string, text: string, where: Where = {}): Promise<string> {
    return this.put(who, { kind: 'words', text }, where)
  }

  async put(who: string, input: ChatInput, where: Where = {}): Promise<string> {
    const parsed = this.parse(who, input, where)
    if (parsed.kind === 'refuse') return plainText(parsed.message)
    if (parsed.kind === 'form') return `form: ${parsed.form.fields.map((field) => field.name).join(', ')}`
    if (parsed.kind !== 'run') throw new Error('nothing was asked')
    return this.run(who, parsed.call, where)
  }

  async run(who: string, call: CommandCall, where: Where = {}): Promise<string> {
    const before = new Set(this.toldTo(who).keys())
    const asked = this.request(who, where)
    const { ended } = this.router.accept(asked, call, 'caller')
    await Promise.race([ended, this.settled()])
    await this.outbox.flush()
    const news = [...this.toldTo(who)].filter(([ref]) => !before.has(ref)).map(([, message]) => plainText(message))
    return news.join('\n')
  }

  /** How it ended; an operation is not waited for. */
  async outcome(who: string, call: CommandCall, where: Where = {}): Promise<Outcome | 'under way'> {
    const { ended } = this.router.accept(this.request(who, where), call, 'caller')
    return Promise.race([ended, this.settled().then(() => 'under way' as const)])
  }

  /** Presses the button of the newest message to them that has it. */
  async press(who: string, label: string, where: Where = {}): Promise<string> {
    return this.put(who, { kind: 'press', token: this.token(who, label) }, where)
  }

  token(who: string, label: string): ActionToken {
    for (const message of [...this.toldTo(who).values()].toReversed()) {
      for (const block of message.blocks) {
        const buttons = block.block === 'buttons' ? block.buttons : []
        for (const button of buttons) if (button.label === label && 'press' in button) return button.press
      }
    }
    throw new Error(`${who} has no button ${label}`)
  }

  /** All that was delivered to one alone, by direct message or where they asked. */
  toldTo(who: string): ReadonlyMap<string, PlatformMessage> {
    const { platform, user } = identity(who)
    const all = [...(this.platforms.get(platform)?.messages ?? [])]
    return new Map(all.filter(([ref]) => ref.split('/')[1] === user))
  }

  async textsTo(who: string): Promise<string> {
    await this.outbox.flush()
    return [...this.toldTo(who).values()].map(plainText).join('\n')
  }

  request(who: string, where: Where = {}): ChatRequest {
    return { asker: this.asker(who, where), eventKey: `e${(this.events += 1)}`, sentAt: this.now }
  }

  /** Until all that runs by itself has run: nothing in this world waits for more than the next turns. */
  private async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  private sync(): Sync {
    return {
      poke: (keys) => void this.poked.push(...keys),
      pass: ({ apply }) => Promise.resolve({ at: this.now, applied: apply, held: null, lines: [] }),
      interrupt: () => undefined,
      paused: () => false,
      pause: () => undefined,
    }
  }
}
