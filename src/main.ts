import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { ConsolePlatform } from './adapters/chat/console/console-platform.js'
import type { ConsoleIdentity } from './adapters/chat/console/people.js'
import { ActionTokens } from './bot/action-tokens.js'
import { BotAnnouncer } from './bot/announcer.js'
import type { Addresses } from './bot/cards/addresses.js'
import { AuditTrail } from './bot/audit-trail.js'
import type { ChatPlatform } from './bot/chat.js'
import { Codes } from './bot/codes.js'
import { commands } from './bot/commands/all.js'
import { Endings } from './bot/endings.js'
import { Outbox } from './bot/outbox.js'
import { plainText } from './bot/plain-text.js'
import { BotRouter } from './bot/router.js'
import { SandboxCards } from './bot/sandbox-cards.js'
import { chatPlatforms } from './chat-platforms.js'
import { Closing } from './closing.js'
import type { Config } from './config.js'
import {
  addressesOf,
  certificateSettings,
  dnsSettings,
  publicAddressesOf,
  secureListener,
  settingsOf,
} from './config/settings.js'
import { controlEndpoints } from './control.js'
import { headText } from './core/audit.js'
import { statusPage } from './core/status-page.js'
import { fileSecret } from './file-secret.js'
import { ASK_PATH } from './infra/caddy/tls-json.js'
import { serveCaddy } from './infra/host/caddy-questions.js'
import { HandshakeLook } from './infra/host/certificate-look.js'
import { HttpKeySource } from './infra/key-source.js'
import { WorkerPasswords } from './infra/passwords.js'
import { registeredDomain } from './infra/public-suffix.js'
import { SqliteActions } from './infra/sqlite/actions.js'
import { SqliteAudit } from './infra/sqlite/audit.js'
import { SqliteCertificates } from './infra/sqlite/certificates.js'
import { SqliteConsoleMessages } from './infra/sqlite/console-messages.js'
import { openDatabase, type Db } from './infra/sqlite/database.js'
import { SqliteInbox } from './infra/sqlite/inbox.js'
import { lockState } from './infra/sqlite/lock.js'
import { SqliteOutbox } from './infra/sqlite/outbox.js'
import { SqliteSavedSettings } from './infra/sqlite/saved-settings.js'
import { SqliteStore } from './infra/sqlite/store.js'
import type { Host } from './open-host.js'
import { stateFolderTrouble } from './state-folder.js'
import { AgentWatch } from './sync/agent-watch.js'
import { BaseWatch } from './sync/base-watch.js'
import { CertificateWatch } from './sync/certificate-watch.js'
import { HealthWatch } from './sync/health-watch.js'
import { HostRoomWatch } from './sync/host-room-watch.js'
import { HostWatch } from './sync/host-watch.js'
import { LINGER_MS, Logins } from './sync/logins.js'
import { SyncLoop } from './sync/loop.js'
import { NameWatch } from './sync/name-watch.js'
import { Progress } from './sync/progress.js'
import { RecordLoop } from './sync/record-loop.js'
import { noRecords, type Records } from './sync/records.js'
import { everySchedule } from './sync/triggers.js'

export interface ServiceOptions {
  readonly config: Config
  readonly host: Host
  readonly log: Logger
  readonly console: {
    readonly identities: readonly ConsoleIdentity[]
    readonly mayChoose: boolean
    readonly banner: string
  }
  /** In place of the usual line for SSH, where there is no SSHPiper. */
  readonly sshLine?: (name: string) => string
}

export interface Service {
  /** With the token that lets a browser in; null where there is no page. */
  readonly pageLink: string | null
  close(): Promise<void>
}

const NAMES_FRESH_MS = 5_000
/** Longest look at the host that a person waits for. */
const LOOK_MS = 10_000
const HEAD_SCHEDULE = '0 * * * *'

/** Joins everything and starts it. Throws where it cannot run at all: a newer database, a second Sandpiper, a taken port. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const closing = new Closing()
  try {
    return await new Composition(options, closing).start()
  } catch (error) {
    await closing.close()
    throw stateFolderTrouble(options.config.service.state_folder, error) ?? error
  }
}

/** The only place that knows every concrete class. Its fields stand in the order in which each needs those above it. */
class Composition {
  private readonly db: Db
  private readonly store: SqliteStore
  private readonly names: NameWatch
  private readonly platforms = new Map<string, ChatPlatform>()
  private readonly outbox: Outbox
  private readonly announcer: BotAnnouncer
  private readonly records: Records
  private readonly certificates: CertificateWatch
  private readonly audit: SqliteAudit
  private readonly trail: AuditTrail
  private readonly codes: Codes
  private readonly loop: SyncLoop
  private readonly watch: HostWatch
  private readonly hostRoom: HostRoomWatch
  private readonly endings: Endings
  private readonly health: HealthWatch
  private readonly agents: AgentWatch
  private readonly router: BotRouter
  private readonly console: ConsolePlatform

  constructor(
    private readonly options: ServiceOptions,
    private readonly closing: Closing,
  ) {
    const { config, host } = options
    const folder = config.service.state_folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const lock = lockState(folder)
    closing.add(() => lock.release())
    this.db = openDatabase(join(folder, 'state.db'))
    closing.add(() => this.db.close())
    closing.add(() => host.close())
    this.store = new SqliteStore(this.db)

    const key = fileSecret(join(folder, 'button.key'))
    const tokens = new ActionTokens(new SqliteActions(this.db), key, host.world.clock)
    this.codes = new Codes(key, host.world.clock)
    this.names = new NameWatch({
      dns: host.world.dns,
      clock: host.world.clock,
      base: config.domains.base,
      addresses: publicAddressesOf(config),
      isKept: (name) => this.records.isRight(name),
      isChecked: config.domains.check,
      freshMs: NAMES_FRESH_MS,
    })
    const bot = {
      store: this.store,
      platforms: this.platforms,
      tokens,
      settings: settingsOf(config),
      addresses: this.addresses(),
      clock: host.world.clock,
      schedule,
      log: this.warn,
    }
    this.outbox = new Outbox({ ...bot, store: new SqliteOutbox(this.db) })
    closing.add(() => this.outbox.stop())
    const cards = new SandboxCards({ ...bot, outbox: this.outbox })
    this.audit = new SqliteAudit(this.db)
    this.trail = new AuditTrail({ ...bot, audit: this.audit, outbox: this.outbox, mirror: config.audit.mirror ?? null })
    this.announcer = new BotAnnouncer({ ...bot, outbox: this.outbox, cards, trail: this.trail })
    this.certificates = this.joinCertificates()
    closing.add(() => this.certificates.close())

    this.records = this.joinRecords()
    closing.add(() => this.records.close())
    this.loop = this.joinLoop()
    closing.add(() => this.loop.close())
    const prepare: Host['prepare'] = (network, signal) => host.prepare(network, signal)
    this.watch = new HostWatch({ instances: host.world.instances, prepare, schedule, log: this.note })
    closing.add(() => this.watch.close())
    this.hostRoom = new HostRoomWatch({ instances: host.world.instances, clock: host.world.clock, log: this.note })
    const { store, announcer, trail, note, loop: sync } = this
    this.health = new HealthWatch({ instances: host.world.instances, store, announcer, log: note })
    closing.add(() => this.health.close())
    const isOffered = settingsOf(config).templates.some((template) => template.agent === 'shelley')
    this.agents = new AgentWatch({ releases: host.agentReleases, store, announcer, isOffered, log: note })
    closing.add(() => this.agents.close())

    this.endings = new Endings({ store, announcer, trail, sync, clock: host.world.clock })
    this.router = new BotRouter({
      ...bot,
      commands,
      codes: this.codes,
      rate: { person: config.rate.person, room: config.rate.room, withinMs: config.rate.minutes * 60_000 },
      keySource: new HttpKeySource({ url: config.keys.import_url, timeLimitMs: config.keys.import_seconds * 1000 }),
      inbox: new SqliteInbox(this.db),
      outbox: this.outbox,
      audit: this.audit,
      trail: this.trail,
      announcer: this.announcer,
      sync: this.loop,
      network: () => this.watch.network(),
      host: {
        rootCertificate: () => host.rootCertificate(),
        hostKeys: ({ instance }) => host.world.instances.hostKeys(instance, AbortSignal.timeout(LOOK_MS)),
      },
      room: () => this.hostRoom.room(),
      newId: randomUUID,
      log: (message, details) => options.log.error(details, message),
    })
    this.console = this.joinConsole()
    const others = chatPlatforms({ config, db: this.db, clock: host.world.clock, log: this.warn })
    for (const platform of [this.console, ...others]) this.platforms.set(platform.name, platform)
  }

  /** People and pages first, then what a former run left, then the world. */
  async start(): Promise<Service> {
    const { closing, loop, watch } = this
    const { config, host, log } = this.options
    const pages = await serveCaddy(config.caddy.pages, ASK_PATH, {
      pageOf: (name) => statusPage(this.store.state().sandboxes, name),
      mayHaveCertificate: (name) => this.certificates.mayHave(name),
    })
    closing.add(() => pages.close())
    for (const platform of this.platforms.values()) {
      await platform.start(this.router.menu(), this.router)
      closing.add(() => platform.stop())
    }

    this.announcer.start()
    this.outbox.start()
    this.resumeWhenSeen()

    const base = this.joinBaseWatch()
    const lookAtAll = (): void => {
      this.endWhatEnds()
      void watch.refresh()
      void base.look()
      void this.hostRoom.refresh()
      loop.pokeAll()
      void this.certificates.pass()
    }
    lookAtAll()
    host.follow({
      changed: (instance) => {
        void watch.refresh()
        loop.pokeInstance(instance)
      },
      connected: lookAtAll,
      disconnected: (reason) => log.warn({ reason }, "Incus' events are cut off"),
    })
    closing.add(everySchedule(config.sync.schedule, lookAtAll))
    this.records.tick()
    closing.add(everySchedule(config.sync.dns_schedule, () => this.records.tick()))
    closing.add(everySchedule(config.agent.schedule, () => void this.agents.look()))
    void this.agents.look()
    const tellHead = (): void => this.tellHead()
    tellHead()
    closing.add(everySchedule(HEAD_SCHEDULE, tellHead))
    closing.add(tellHead)
    closing.add(everySchedule(config.sync.health_schedule, () => void this.health.look()))
    return { pageLink: this.console.pageLink(), close: () => closing.close() }
  }

  /** A disk that fails now is looked at again with the next tick. */
  private endWhatEnds(): void {
    try {
      this.endings.sweep()
    } catch (error) {
      this.options.log.error({ error }, 'what has come to its end could not be taken away')
    }
  }

  /** Beside the database, so that a log that was cut off shows. */
  private tellHead(): void {
    const head = this.audit.head()
    if (head !== null) this.options.log.info({ head: headText(head) }, 'audit head')
  }

  /** What a former run accepted waits for one look at the host: a create without a network would be refused. */
  private resumeWhenSeen(): void {
    let closed = false
    this.closing.add(() => (closed = true))
    void this.watch.refresh().then(() => {
      if (!closed) this.router.resume()
    })
  }

  private addresses(): Addresses {
    const { names, options } = this
    const { url, sshLine, ssh } = addressesOf(options.config)
    return {
      url,
      ssh,
      sshLine: options.sshLine ?? sshLine,
      pointing: (host) => names.last(host),
      here: () => names.here(),
      certificates: secureListener(options.config) === null ? null : { last: (host) => this.certificates.last(host) },
    }
  }

  private joinRecords(): Records {
    const { store, announcer, options } = this
    const { config, host } = options
    const { clock } = host.world
    if (host.records === null) return noRecords(clock)
    return new RecordLoop({
      keeper: host.records,
      store,
      announcer,
      progress: new Progress(store, announcer, clock),
      clock,
      base: config.domains.base,
      dns: dnsSettings(config),
      policy: () => ({ mode: config.sync.mode, paused: this.loop.paused(), guardShare: config.sync.guard_share }),
      poke: (sandboxes) => this.loop.poke(sandboxes),
      schedule,
      log: this.note,
    })
  }

  private joinCertificates(): CertificateWatch {
    const { config, host } = this.options
    const { clock } = host.world
    return new CertificateWatch({
      store: this.store,
      names: this.names,
      look: new HandshakeLook(secureListener(config) ?? { host: 'localhost', port: 443 }, clock),
      ledger: new SqliteCertificates(this.db, clock),
      announcer: this.announcer,
      clock,
      registeredDomain,
      settings: certificateSettings(config),
      schedule,
      log: this.note,
    })
  }

  /** Where all names below the base lead here, Caddy gets their certificates by itself. */
  private joinBaseWatch(): BaseWatch {
    const { names, loop, options } = this
    const { base } = options.config.domains
    const saved = new SqliteSavedSettings(this.db)
    return new BaseWatch({
      names,
      base,
      memory: {
        isKnown: () => saved.get('base.right') === base,
        remember: () => saved.set('base.right', base),
      },
      onRight: () => {
        options.host.baseIsRight()
        loop.pokeAll()
      },
      log: this.note,
    })
  }

  private joinLoop(): SyncLoop {
    const { store, announcer, names, records, certificates, options } = this
    const { config, host } = options
    const passwords = new WorkerPasswords()
    this.closing.add(() => passwords.close())
    const logins = new Logins(passwords, store, announcer)
    host.lingerWhile(() => logins.hashing(), LINGER_MS)
    const saved = new SqliteSavedSettings(this.db)
    return new SyncLoop({
      parts: {
        world: host.world,
        store,
        settings: settingsOf(config),
        announcer,
        logins,
        names,
        records,
        certificates,
        progress: new Progress(store, announcer, host.world.clock),
        giveUpAfterMs: config.sync.give_up_minutes * 60_000,
        log: this.note,
      },
      mode: config.sync.mode,
      guardShare: config.sync.guard_share,
      width: config.sync.side_by_side,
      schedule,
      pauseSwitch: {
        isOn: () => saved.get('sync.paused') === 'yes',
        set: (on) => saved.set('sync.paused', on ? 'yes' : 'no'),
      },
    })
  }

  private joinConsole(): ConsolePlatform {
    const { store, loop, outbox } = this
    const { config, host, console } = this.options
    return new ConsolePlatform({
      ...console,
      page: config.console.page ? pageAddress(config) : null,
      socketPath: config.service.control_socket,
      store: new SqliteConsoleMessages(this.db),
      plainText,
      flush: () => outbox.flush(),
      endpoints: controlEndpoints({
        store,
        loop,
        platforms: () => [...this.platforms.values()],
        clock: host.world.clock,
        pageLink: () => this.console.pageLink(),
        codes: this.codes,
        trail: this.trail,
      }),
      log: this.warn,
    })
  }

  private readonly note = (
    level: 'info' | 'warn' | 'error',
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void => this.options.log[level](details, message)

  private readonly warn = (message: string, details: Readonly<Record<string, unknown>>): void =>
    this.note('warn', message, details)
}

function schedule(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

function pageAddress({ console, service }: Config): { host: string; port: number; token: string } {
  const at = console.address.lastIndexOf(':')
  const host = console.address.slice(0, at).replaceAll(/[[\]]/g, '')
  const token = fileSecret(join(service.state_folder, 'page.token')).toString('base64url')
  return { host, port: Number(console.address.slice(at + 1)), token }
}
