import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { ConsolePlatform } from './adapters/chat/console/console-platform.js'
import type { ConsoleIdentity } from './adapters/chat/console/people.js'
import { ActionTokens } from './bot/action-tokens.js'
import { BotAnnouncer } from './bot/announcer.js'
import type { ChatPlatform } from './bot/chat.js'
import { commands } from './bot/commands/all.js'
import { Outbox } from './bot/outbox.js'
import { plainText } from './bot/plain-text.js'
import { BotRouter } from './bot/router.js'
import { Closing } from './closing.js'
import type { Config } from './config.js'
import { controlEndpoints } from './control.js'
import { statusPage } from './core/status-page.js'
import { serveStatusPages } from './infra/host/status-pages.js'
import { WorkerPasswords } from './infra/passwords.js'
import { SqliteActions } from './infra/sqlite/actions.js'
import { SqliteAudit } from './infra/sqlite/audit.js'
import { SqliteConsoleMessages } from './infra/sqlite/console-messages.js'
import { openDatabase } from './infra/sqlite/database.js'
import { SqliteInbox } from './infra/sqlite/inbox.js'
import { lockState } from './infra/sqlite/lock.js'
import { SqliteOutbox } from './infra/sqlite/outbox.js'
import { SqliteSavedSettings } from './infra/sqlite/saved-settings.js'
import { SqliteStore } from './infra/sqlite/store.js'
import { addressesOf, settingsOf } from './config/settings.js'
import { HostWatch } from './sync/host-watch.js'
import { Logins } from './sync/logins.js'
import { SyncLoop } from './sync/loop.js'
import { Progress } from './sync/progress.js'
import { everySchedule } from './sync/triggers.js'
import type { Host } from './open-host.js'

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

/** Longest wait of a write to Caddy for passwords that are being hashed. */
const LINGER_MS = 400
/** Least time between two edits of one chat's messages. */
const PACE_MS: Readonly<Record<string, number>> = { console: 0 }

/** Joins everything and starts it. Throws where it cannot run at all: a newer database, a second Sandpiper, a taken port. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const closing = new Closing()
  try {
    return await joinAll(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function joinAll(options: ServiceOptions, closing: Closing): Promise<Service> {
  const { config, host, log, console } = options
  const { state_folder: folder } = config.service
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = lockState(folder)
  closing.add(() => lock.release())
  const db = openDatabase(join(folder, 'state.db'))
  closing.add(() => db.close())
  closing.add(() => host.close())
  const { clock } = host.world
  const note = (message: string, details: Readonly<Record<string, unknown>>): void => log.warn(details, message)
  const noteAt = (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>): void =>
    log[level](details, message)

  const store = new SqliteStore(db)
  const settings = settingsOf(config)
  const usual = addressesOf(config)
  const addresses = { ...usual, sshLine: options.sshLine ?? ((name: string) => usual.sshLine(name)) }
  const platforms = new Map<string, ChatPlatform>()
  const tokens = new ActionTokens(new SqliteActions(db), fileSecret(join(folder, 'button.key')), clock)
  const outbox = new Outbox({
    store: new SqliteOutbox(db),
    platforms,
    tokens,
    clock,
    schedule,
    pace: (platform) => PACE_MS[platform] ?? 1000,
    log: note,
  })
  const announcer = new BotAnnouncer({
    store,
    outbox,
    platforms,
    tokens,
    addresses,
    settings,
    clock,
    schedule,
    log: note,
  })
  closing.add(() => outbox.stop())
  const passwords = new WorkerPasswords()
  closing.add(() => passwords.close())
  const logins = new Logins(passwords, store, announcer)
  host.lingerWhile(() => logins.hashing(), LINGER_MS)

  const saved = new SqliteSavedSettings(db)
  const loop = new SyncLoop({
    parts: {
      world: host.world,
      store,
      settings,
      announcer,
      logins,
      progress: new Progress(store, announcer, clock),
      giveUpAfterMs: config.sync.give_up_minutes * 60_000,
      log: noteAt,
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
  closing.add(() => loop.close())
  const { instances } = host.world
  const watch = new HostWatch({ instances, prepare: (...to) => host.prepare(...to), schedule, log: noteAt })
  closing.add(() => watch.close())
  const router = new BotRouter({
    commands,
    store,
    inbox: new SqliteInbox(db),
    outbox,
    platforms,
    audit: new SqliteAudit(db),
    announcer,
    tokens,
    sync: loop,
    settings,
    addresses,
    network: () => watch.network(),
    clock,
    newId: randomUUID,
    log: (message, details) => log.error(details, message),
  })
  const consolePlatform: ConsolePlatform = new ConsolePlatform({
    page: config.console.page ? pageAddress(config) : null,
    identities: console.identities,
    mayChoose: console.mayChoose,
    banner: console.banner,
    socketPath: config.service.control_socket,
    store: new SqliteConsoleMessages(db),
    plainText,
    flush: () => outbox.flush(),
    endpoints: controlEndpoints({ store, loop, clock, pageLink: () => consolePlatform.pageLink() }),
    log: note,
  })
  platforms.set(consolePlatform.name, consolePlatform)

  const pages = await serveStatusPages(config.caddy.pages, (name) => statusPage(store.state().sandboxes, name))
  closing.add(() => pages.close())
  await consolePlatform.start(router.menu(), router)
  closing.add(() => consolePlatform.stop())
  announcer.start()
  outbox.start()
  router.resume()
  const lookAtAll = (): void => {
    void watch.refresh()
    loop.pokeAll()
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
  return { pageLink: consolePlatform.pageLink(), close: () => closing.close() }
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

/** 32 random bytes that outlive a restart, in a file that nobody else reads. */
function fileSecret(file: string): Buffer {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' })
  return readFileSync(file)
}
