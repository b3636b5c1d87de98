import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Edit } from '../../src/core/edits.js'
import { parsePublicKey } from '../../src/core/ssh-key.js'
import { statusPage } from '../../src/core/status-page.js'
import type { Operation } from '../../src/core/operation.js'
import type { Notice } from '../../src/core/notice.js'
import type { Context } from '../../src/core/operations/operation-context.js'
import type { Announcer, DriftReport, Login } from '../../src/core/ports.js'
import type { ImageSource, Sandbox } from '../../src/core/sandbox.js'
import type { Rollout } from '../../src/core/rollout.js'
import { sandboxByName, type Settings } from '../../src/core/state.js'
import { ShelleyKeeper } from '../../src/infra/agent/keeper.js'
import { ReleaseStore } from '../../src/infra/agent/release-store.js'
import { CaddyClient, type CaddyAddress } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { caddyDefaults, type CaddySettings } from '../../src/infra/caddy/settings.js'
import { ASK_PATH } from '../../src/infra/caddy/tls-json.js'
import { ResolverLook } from '../../src/infra/host/dns-look.js'
import { BannerProbe } from '../../src/infra/host/ssh-probe.js'
import { serveCaddy } from '../../src/infra/host/caddy-questions.js'
import { IncusClient, type IncusConnection } from '../../src/infra/incus/client.js'
import { IncusKeeper } from '../../src/infra/incus/keeper.js'
import { WorkerPasswords } from '../../src/infra/passwords.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { FileKeyring } from '../../src/infra/sshpiper/keyring.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { WorkingdirPipes } from '../../src/infra/sshpiper/pipes.js'
import { SyncLoop } from '../../src/sync/loop.js'
import { LINGER_MS, Logins } from '../../src/sync/logins.js'
import { NameWatch } from '../../src/sync/name-watch.js'
import { Progress } from '../../src/sync/progress.js'
import type { Records } from '../../src/sync/records.js'
import { aState } from '../core/sandbox-fixture.js'
import { recordsFor, type HostRecords } from './engine-records.js'
import { pauseSwitch, settingsFor, type TestAgent } from './engine-settings.js'

/** A host to run the engine on: the simulated one, or the lab. */
export interface TestHost {
  readonly incus: IncusConnection
  readonly caddy: CaddyAddress
  readonly network: string
  readonly pool: string
  readonly image: ImageSource
  readonly base: string
  readonly listen: string
  readonly tls: 'internal' | 'off'
  readonly sshPort: number
  /** Null: all of the network outside DHCP. */
  readonly pins: readonly [string, string] | null
  /** The DNS server that is asked: `127.0.0.1:53`. */
  readonly resolver: string
  /** Who keeps its record sets; null: nobody. */
  readonly records: HostRecords | null
}

export interface Asked {
  /** Hands it to the loop, and resolves at its end. Before, it is what a daemon finds that was killed meanwhile. */
  run(): Promise<Operation>
}

/** Everything but the chat: the loop on a real store, real pipes, and the clients of Incus and Caddy. */
export class Engine {
  readonly logins: Login[] = []
  readonly drifts: DriftReport[] = []
  readonly rollouts: Rollout[] = []
  /** What owners were told of. */
  readonly notices: Notice[] = []
  /** Requests that wrote to Caddy. */
  readonly writes: string[] = []
  /** What the loop logged as an error: a fault of ours. */
  readonly faults: string[] = []
  /** How far the loop's clock is ahead of this machine's, in milliseconds. */
  ahead = 0
  /** Ada's own. */
  readonly userKey = makeKeyPair()
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-'))
  readonly pipesFolder = join(this.folder, 'pipes')
  readonly keysFolder = join(this.folder, 'keys')
  readonly store: SqliteStore
  readonly loop: SyncLoop
  readonly records: Records
  readonly instances: IncusKeeper
  readonly releases: ReleaseStore
  private readonly agents: ShelleyKeeper
  private readonly settings: Settings
  private readonly passwords = new WorkerPasswords()
  private readonly ends = new Map<string, (operation: Operation) => void>()
  private readonly db = openDatabase(join(this.folder, 'state.db'))
  private readonly pages = join(this.folder, 'pages.sock')
  private readonly pageServer = serveCaddy(this.pages, ASK_PATH, {
    pageOf: (name) => statusPage(this.store.state().sandboxes, name),
    mayHaveCertificate: () => Promise.resolve(false),
  })

  constructor(host: TestHost, change: Partial<CaddySettings> = {}, testAgent: TestAgent | null = null) {
    mkdirSync(this.pipesFolder)
    this.store = new SqliteStore(this.db)
    const keyring = new FileKeyring(this.keysFolder)
    const incus = new IncusClient(host.incus)
    this.releases = new ReleaseStore({
      folder: join(this.folder, 'agent'),
      url: testAgent?.releaseUrl ?? 'http://127.0.0.1:1/release.json',
      keep: 3,
    })
    this.agents = new ShelleyKeeper(incus, this.releases)
    this.instances = new IncusKeeper(incus, { network: host.network, pool: host.pool, acl: null }, keyring)
    const caddy = new CaddyClient(host.caddy, { onWrite: (method, path) => this.writes.push(`${method} ${path}`) })
    const { listen, tls } = host
    const routes = new CaddyKeeper(caddy, { ...caddyDefaults, listen: [listen], tls, pages: this.pages, ...change })
    this.settings = settingsFor(host, testAgent)
    const clock = { now: () => new Date(Date.now() + this.ahead) }
    const dns = new ResolverLook([host.resolver])
    const announcer = this.announcer()
    const logins = new Logins(this.passwords, this.store, announcer)
    routes.lingerWhile(() => logins.hashing(), LINGER_MS)
    const log = (level: string, message: string, { error }: Record<string, unknown>): void => {
      if (level === 'error') this.faults.push(`${message}: ${error instanceof Error ? error.message : String(error)}`)
    }
    const progress = new Progress(this.store, announcer, clock)
    const poke = (sandboxes: readonly string[]): void => this.loop.poke(sandboxes)
    this.records = recordsFor(host, { store: this.store, announcer, progress, clock, poke, log })
    this.loop = new SyncLoop({
      parts: {
        world: {
          agents: this.agents,
          instances: this.instances,
          pipes: new WorkingdirPipes(this.pipesFolder, keyring),
          routes,
          keyring,
          ssh: new BannerProbe(),
          dns,
          clock,
        },
        store: this.store,
        settings: this.settings,
        announcer,
        logins,
        names: new NameWatch({
          dns,
          clock,
          base: host.base,
          addresses: [],
          isKept: (name) => this.records.isRight(name),
          isChecked: true,
          freshMs: 0,
        }),
        records: this.records,
        certificates: { remark: () => null, soon: () => undefined },
        progress,
        log,
        giveUpAfterMs: 30 * 60_000,
      },
      mode: 'repair',
      guardShare: 0.5,
      pauseSwitch: pauseSwitch(),
      width: 8,
      schedule: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    })
    const key = { id: 'k1', person: 'ada', ...parsePublicKey(this.userKey.publicLine), addedAt: clock.now() }
    this.store.commit([
      ...aState().persons.map((person): Edit => ({ edit: 'person.add', person })),
      { edit: 'key.add', key },
    ])
  }

  /** Runs an operation of Ada's to its end. */
  async ask(operation: (context: Context) => readonly Edit[]): Promise<Operation> {
    return (await this.write(operation)).run()
  }

  /** Writes down what an operation of Ada's wants, and does nothing about it yet. */
  async write(operation: (context: Context) => readonly Edit[]): Promise<Asked> {
    const edits = operation(await this.context())
    const started = edits.flatMap((edit) => (edit.edit === 'operation.start' ? [edit.operation] : []))[0]
    this.store.commit(edits)
    if (started === undefined) throw new Error('the edits start no operation')
    return {
      run: () => {
        const ended = new Promise<Operation>((resolve) => this.ends.set(started.id, resolve))
        this.loop.poke([started.sandbox])
        return ended
      },
    }
  }

  /** Writes down what starts no operation. */
  async change(edits: (context: Context) => readonly Edit[]): Promise<void> {
    this.store.commit(edits(await this.context()))
  }

  sandbox(name: string): Sandbox | undefined {
    return sandboxByName(this.store.state(), name)
  }

  async close(): Promise<void> {
    await this.loop.close()
    await this.records.close()
    await this.passwords.close()
    await this.agents.close()
    await this.releases.close()
    const pages = await this.pageServer
    pages.close()
    this.db.close()
  }

  private async context(): Promise<Context> {
    const network = await this.instances.network(AbortSignal.timeout(10_000))
    const state = this.store.state()
    const [person] = state.persons
    if (person === undefined) throw new Error('nobody is here')
    return {
      state,
      settings: this.settings,
      network,
      actor: { person, role: 'admin', commands: 'all' },
      origin: {
        identity: { platform: 'console', workspace: '', user: 'ada' },
        place: 'main',
        isPrivate: false,
        eventKey: newId(),
      },
      now: new Date(),
      newId,
    }
  }

  private announcer(): Announcer {
    return {
      operationChanged: (id) => {
        const operation = this.store.operation(id)
        if (operation?.endedAt != null) this.ends.get(id)?.(operation)
      },
      sandboxChanged: () => {},
      rolloutChanged: (rollout) => void this.rollouts.push(rollout),
      noticed: (_, notice) => void this.notices.push(notice),
      deliverLogin: (login) => {
        this.logins.push(login)
        return Promise.resolve(true)
      },
      drift: (report) => void this.drifts.push(report),
    }
  }
}

function newId(): string {
  return randomBytes(8).toString('hex')
}
