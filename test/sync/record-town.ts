import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox, type CreateRequest } from '../../src/core/operations/create.js'
import { cancelOperation } from '../../src/core/operations/cancel.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import type { Context } from '../../src/core/operations/operation-context.js'
import type { Edit } from '../../src/core/edits.js'
import type { Operation } from '../../src/core/operation.js'
import type { DnsMode } from '../../src/core/parts/wanted-records.js'
import type { Announcer, DriftReport, RecordKeeper, Store } from '../../src/core/ports.js'
import { sandboxByName, type Settings } from '../../src/core/state.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteStore } from '../../src/infra/sqlite/store.js'
import { SyncLoop } from '../../src/sync/loop.js'
import { Logins } from '../../src/sync/logins.js'
import { NameWatch } from '../../src/sync/name-watch.js'
import { Progress } from '../../src/sync/progress.js'
import { RecordLoop } from '../../src/sync/record-loop.js'
import type { World } from '../../src/sync/world.js'
import { ModelWorld } from '../core/model-world.js'
import { aState, noAccess, noQuotas } from '../core/sandbox-fixture.js'
import { ManualClock } from '../peers/manual-clock.js'

const BASE = 'box.example.co.uk'

const network = { name: 'br', ipv4: '10.88.0.1/16', ipv6: null, pinsIpv6: false, dhcpRanges: [], leased: [] }
const settings: Settings = {
  base: BASE,
  scheme: 'nested',
  reservedNames: [],
  templates: [
    {
      name: 'debian',
      description: '',
      image: { server: null, protocol: null, alias: 'debian' },
      appPort: 8000,
      limits: { cpus: 1, memory: 1, disk: 1, processes: 1 },
      nesting: false,
      agent: 'own',
    },
  ],
  agentPort: 9999,
  sshPort: 22,
  pins: null,
  access: noAccess,
  quotas: noQuotas,
}

/** The whole loop on a real store and a real DNS keeper, with a host that is only a model, and a time that a test owns. */
export class RecordTown {
  readonly store: Store
  readonly loop: SyncLoop
  readonly records: RecordLoop
  readonly drifts: DriftReport[] = []
  /** What people read while they wait, in the order in which it came. */
  readonly waits: string[] = []
  readonly faults: string[] = []
  private isPaused = false
  private readonly folder = mkdtempSync(join(tmpdir(), 'town-'))
  private readonly db = openDatabase(join(this.folder, 'state.db'))
  private readonly timers = new Set<{ readonly at: number; readonly run: () => void }>()
  private ids = 0

  constructor(
    keeper: RecordKeeper,
    readonly clock: ManualClock,
    mode: DnsMode = 'per-sandbox',
  ) {
    // Nobody pulls the plug here.
    this.db.pragma('synchronous = 0')
    this.store = new SqliteStore(this.db)
    this.store.commit(aState().persons.map((person): Edit => ({ edit: 'person.add', person })))
    const { store } = this
    const announcer = this.announcer()
    const progress = new Progress(store, announcer, clock)
    const log = (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>): void => {
      if (level === 'error') this.faults.push(`${message}: ${String(details['error'])}`)
    }
    const schedule = (ms: number, run: () => void): (() => void) => {
      const timer = { at: clock.now().getTime() + ms, run }
      this.timers.add(timer)
      return () => void this.timers.delete(timer)
    }
    this.records = new RecordLoop({
      keeper,
      store,
      announcer,
      progress,
      clock,
      base: BASE,
      dns: { mode, ttl: 300 },
      policy: () => ({ mode: 'repair', paused: this.loop.paused(), guardShare: 0.5 }),
      poke: (sandboxes) => this.loop.poke(sandboxes),
      schedule,
      log,
    })
    const world = modelWorld(clock)
    this.loop = new SyncLoop({
      parts: {
        world,
        store,
        settings,
        announcer,
        logins: new Logins({ make: () => Promise.resolve({ password: 'p', hash: '$2b$10$hash' }) }, store, announcer),
        names: new NameWatch({
          dns: world.dns,
          clock,
          base: BASE,
          addresses: [],
          isKept: (host) => this.records.isRight(host),
          isChecked: true,
          freshMs: 0,
        }),
        records: this.records,
        certificates: { remark: () => null, soon: () => undefined },
        progress,
        giveUpAfterMs: 30 * 60_000,
        log,
      },
      mode: 'repair',
      guardShare: 0.5,
      width: 8,
      schedule,
      pauseSwitch: { isOn: () => this.isPaused, set: (on) => void (this.isPaused = on) },
    })
  }

  /** Ada's; it begins, and does not end before `settle` or `wait`. */
  create(target: string, more: Partial<CreateRequest> = {}): Operation {
    return this.ask((context) => createSandbox(context, { target, ...more }))
  }

  remove(name: string): Operation {
    return this.ask((context) => deleteSandbox(context, { sandbox: name, confirm: name }))
  }

  cancel(name: string): void {
    const context = this.context()
    this.store.commit(cancelOperation(context, { sandbox: name }))
    const sandbox = sandboxByName(context.state, name)
    if (sandbox !== undefined) this.loop.interrupt(sandbox.id)
  }

  ask(operation: (context: Context) => readonly Edit[]): Operation {
    const edits = operation(this.context())
    const [started] = edits.flatMap((edit) => (edit.edit === 'operation.start' ? [edit.operation] : []))
    if (started === undefined) throw new Error('the edits start no operation')
    this.store.commit(edits)
    this.loop.poke([started.sandbox])
    return started
  }

  end(operation: Operation): Operation {
    return this.store.operation(operation.id) ?? operation
  }

  /** Until nothing is under way but what waits for its time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await this.loop.settled()
      await this.records.settled()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Lets so much time pass, with all that falls due in it. */
  async wait(ms: number): Promise<void> {
    const until = this.clock.now().getTime() + ms
    for (;;) {
      await this.settle()
      const next = Math.min(...[...this.timers].map(({ at }) => at))
      if (next > until) break
      this.clock.advance(Math.max(0, next - this.clock.now().getTime()))
      for (const timer of [...this.timers].filter(({ at }) => at <= this.clock.now().getTime())) {
        this.timers.delete(timer)
        timer.run()
      }
    }
    this.clock.advance(Math.max(0, until - this.clock.now().getTime()))
    await this.settle()
  }

  async close(): Promise<void> {
    await this.loop.close()
    await this.records.close()
    this.db.close()
    rmSync(this.folder, { recursive: true })
  }

  private context(): Context {
    const state = this.store.state()
    const [person] = state.persons
    if (person === undefined) throw new Error('nobody is here')
    this.ids += 1
    const id = String(this.ids).padStart(6, '0')
    let count = 0
    return {
      state,
      settings,
      network,
      actor: { person, role: 'admin', commands: 'all' },
      origin: {
        identity: { platform: 'console', workspace: '', user: 'ada' },
        place: 'main',
        isPrivate: false,
        eventKey: id,
      },
      now: this.clock.now(),
      newId: () => `${id}-${(count += 1)}`,
    }
  }

  private announcer(): Announcer {
    return {
      operationChanged: (id) => {
        const { waitingFor, waitingUntil } = this.store.operation(id) ?? { waitingFor: null, waitingUntil: null }
        const seconds =
          waitingUntil === null ? '' : ` in ${(waitingUntil.getTime() - this.clock.now().getTime()) / 1000} s`
        if (waitingFor !== null) this.waits.push(`${waitingFor}${seconds}`)
      },
      sandboxChanged: () => undefined,
      noticed: () => undefined,
      deliverLogin: () => Promise.resolve(true),
      rolloutChanged: () => undefined,
      drift: (report) => void this.drifts.push(report),
    }
  }
}

/** A host on which every change works at once. */
function modelWorld(clock: ManualClock): World {
  const model = new ModelWorld()
  const apply = async (change: Parameters<ModelWorld['apply']>[0]): Promise<void> => model.apply(change)
  return {
    instances: {
      observe: async () => model.seen().instances,
      apply,
      hostKeys: async () => ({ lines: ['ssh-ed25519 HOST'], bare: [] }),
      network: async () => network,
      health: async () => ({ diskUsed: null, diskSize: 0, memoryKills: null }),
      room: () => Promise.reject(new Error('nobody asks')),
    },
    agents: { apply: async () => undefined, answers: async () => true },
    pipes: { observe: async () => model.seen().pipes, apply, sweep: async () => undefined },
    routes: {
      observe: async () => model.seen().routes,
      apply: async (changes) => {
        for (const change of changes) model.apply(change)
      },
    },
    keyring: {
      ensure: async () => ({ mapping: 'ssh-ed25519 MAP', host: 'ssh-ed25519 HOST' }),
      privateKey: async () => '',
      forget: async () => undefined,
    },
    ssh: { answers: async () => true },
    dns: { addresses: async () => [] },
    clock,
  }
}
