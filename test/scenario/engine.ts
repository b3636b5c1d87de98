import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Edit } from '../../src/core/edits.js'
import type { Operation } from '../../src/core/operation.js'
import type { Context } from '../../src/core/operations/operation-context.js'
import type { Announcer, DriftReport, Login } from '../../src/core/ports.js'
import type { ImageSource, Sandbox } from '../../src/core/sandbox.js'
import { sandboxByName, type Settings } from '../../src/core/state.js'
import { CaddyClient, type CaddyAddress } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { caddyDefaults } from '../../src/infra/caddy/settings.js'
import { BannerProbe } from '../../src/infra/host/ssh-probe.js'
import { IncusClient, type IncusConnection } from '../../src/infra/incus/client.js'
import { IncusKeeper } from '../../src/infra/incus/keeper.js'
import { WorkerPasswords } from '../../src/infra/passwords.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { FileKeyring } from '../../src/infra/sshpiper/keyring.js'
import { WorkingdirPipes } from '../../src/infra/sshpiper/pipes.js'
import { SyncLoop, type PauseSwitch } from '../../src/sync/loop.js'
import { Logins } from '../../src/sync/logins.js'
import { Progress } from '../../src/sync/progress.js'
import { aState } from '../core/sandbox-fixture.js'

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
  readonly pins: readonly [string, string]
}

/** Everything but the chat: the loop on a real store, real pipes, and the clients of Incus and Caddy. */
export class Engine {
  readonly logins: Login[] = []
  readonly drifts: DriftReport[] = []
  readonly writes: string[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-'))
  readonly pipesFolder = join(this.folder, 'pipes')
  readonly store: SqliteStore
  readonly loop: SyncLoop
  readonly instances: IncusKeeper
  private readonly settings: Settings
  private readonly passwords = new WorkerPasswords()
  private readonly ends = new Map<string, (operation: Operation) => void>()
  private readonly db = openDatabase(join(this.folder, 'state.db'))

  constructor(host: TestHost) {
    mkdirSync(this.pipesFolder)
    this.store = new SqliteStore(this.db)
    const keyring = new FileKeyring(join(this.folder, 'keys'))
    this.instances = new IncusKeeper(
      new IncusClient(host.incus),
      { network: host.network, pool: host.pool, acl: null },
      keyring,
    )
    const caddy = new CaddyClient(host.caddy, { onWrite: (method, path) => this.writes.push(`${method} ${path}`) })
    const routes = new CaddyKeeper(caddy, { ...caddyDefaults, listen: [host.listen], tls: host.tls })
    this.settings = settingsFor(host)
    const clock = { now: () => new Date() }
    const announcer = this.announcer()
    const logins = new Logins(this.passwords, this.store, announcer)
    routes.lingerWhile(() => logins.hashing(), 400)
    this.loop = new SyncLoop({
      parts: {
        world: {
          instances: this.instances,
          pipes: new WorkingdirPipes(this.pipesFolder, keyring),
          routes,
          keyring,
          ssh: new BannerProbe(),
          clock,
        },
        store: this.store,
        settings: this.settings,
        announcer,
        logins,
        progress: new Progress(this.store, announcer, clock),
        log: () => {},
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
    const { persons, keys } = aState()
    this.store.commit([
      ...persons.map((person): Edit => ({ edit: 'person.add', person })),
      ...keys.map((key): Edit => ({ edit: 'key.add', key })),
    ])
  }

  /** Runs an operation of Ada's to its end. */
  async ask(operation: (context: Context) => readonly Edit[]): Promise<Operation> {
    const edits = operation(await this.context())
    const started = edits.flatMap((edit) => (edit.edit === 'operation.start' ? [edit.operation] : []))[0]
    this.store.commit(edits)
    if (started === undefined) throw new Error('the edits start no operation')
    const ended = new Promise<Operation>((resolve) => this.ends.set(started.id, resolve))
    this.loop.poke([started.sandbox])
    return ended
  }

  sandbox(name: string): Sandbox | undefined {
    return sandboxByName(this.store.state(), name)
  }

  async close(): Promise<void> {
    await this.loop.close()
    await this.passwords.close()
    this.db.close()
  }

  private async context(): Promise<Context> {
    const state = this.store.state()
    const [person] = state.persons
    if (person === undefined) throw new Error('nobody is here')
    return {
      state,
      settings: this.settings,
      network: await this.instances.network(AbortSignal.timeout(10_000)),
      actor: { person, role: 'admin' },
      origin: { identity: { platform: 'console', workspace: '', user: 'ada' }, place: 'main', eventKey: newId() },
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

function settingsFor(host: TestHost): Settings {
  const limits = { cpus: 1, memory: 2 ** 29, disk: 2 ** 31, processes: 500 }
  const template = { name: 'test', description: '', image: host.image, appPort: 8000, limits, nesting: false }
  return {
    base: host.base,
    templates: [template],
    agentPort: 9999,
    sshPort: host.sshPort,
    reservedNames: [],
    pins: host.pins,
    access: { admins: [], members: [] },
  }
}

function pauseSwitch(): PauseSwitch {
  let on = false
  return { isOn: () => on, set: (to) => void (on = to) }
}
