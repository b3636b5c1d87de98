import { instanceOwner } from './triggers.js'
import { InfraError } from '../core/errors.js'
import type { DriftReport, Sync } from '../core/ports.js'
import type { SandboxId } from '../core/sandbox.js'
import { sandboxById } from '../core/state.js'
import { Converge, type ConvergeParts } from './converge.js'
import { fullPass } from './full-pass.js'
import { Rollouts } from './rollouts.js'
import { KeyedQueue, type Schedule } from './queue.js'

export interface LoopOptions {
  readonly parts: Omit<ConvergeParts, 'mayRepair'>
  readonly mode: 'repair' | 'report'
  readonly guardShare: number
  readonly width: number
  readonly schedule: Schedule
  readonly pauseSwitch: PauseSwitch
}

/** Outlives a restart: who paused sync for a reason is not overruled by a reboot. */
export interface PauseSwitch {
  isOn(): boolean
  set(on: boolean): void
}

/** Everything but one sandbox: the cron tick and the look after a reconnect. */
const EVERYTHING = '*'

/** The one loop that commands, cron and Incus' events feed with keys. */
export class SyncLoop implements Sync {
  private readonly queue: KeyedQueue
  private readonly rollouts: Rollouts
  private readonly converge: Converge
  private readonly parts: ConvergeParts
  /** Sandboxes whose agents' sessions are to end. */
  private readonly toEnd = new Set<SandboxId>()
  private readonly aborts = new Map<string, AbortController>()
  private readonly stopping = new AbortController()
  private fullPasses: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: LoopOptions) {
    this.parts = { ...options.parts, mayRepair: () => !this.paused() && options.mode === 'repair' }
    this.converge = new Converge(this.parts)
    this.rollouts = new Rollouts({ ...this.parts, poke: (sandboxes) => this.poke(sandboxes) })
    this.queue = new KeyedQueue({
      width: options.width,
      schedule: options.schedule,
      work: (key) => (key === EVERYTHING ? this.tick() : this.one(key)),
    })
  }

  poke(sandboxes: readonly SandboxId[]): void {
    for (const id of sandboxes) this.queue.add(id)
  }

  /** Feeds a whole pass in: cron, start-up, a reconnected event socket. */
  pokeAll(): void {
    this.queue.add(EVERYTHING)
  }

  /** An Incus event about this instance: look again at its sandbox. */
  pokeInstance(instance: string): void {
    const id = instanceOwner(this.parts.store.state(), instance)
    if (id !== null) this.queue.add(id)
  }

  interrupt(sandbox: SandboxId): void {
    this.aborts.get(sandbox)?.abort()
    this.queue.add(sandbox)
  }

  /** Held in memory alone: a restart of the service in between leaves them open until Caddy's own limit. */
  endSessions(sandboxes: readonly SandboxId[]): void {
    for (const id of sandboxes) {
      this.toEnd.add(id)
      this.queue.add(id)
    }
  }

  paused(): boolean {
    return this.options.pauseSwitch.isOn()
  }

  pause(on: boolean): void {
    this.options.pauseSwitch.set(on)
    if (!on) this.pokeAll()
  }

  async pass(options: { readonly apply: boolean; readonly force?: boolean }): Promise<DriftReport> {
    const report = await this.inTurn(options.apply, options.force ?? false)
    if (options.apply) await this.queue.settled()
    return report
  }

  async settled(): Promise<void> {
    await this.queue.settled()
  }

  /** Running changes are told to stop; what they leave is taken up at the next start. */
  async close(): Promise<void> {
    this.stopping.abort()
    for (const abort of this.aborts.values()) abort.abort()
    await this.queue.close()
  }

  /** One whole pass at a time, so that two never repair the same thing. */
  private inTurn(apply: boolean, force: boolean): Promise<DriftReport> {
    const run = this.fullPasses.then(() => this.fullPass(apply, force))
    this.fullPasses = run.catch(() => undefined)
    return run
  }

  private async fullPass(apply: boolean, force: boolean): Promise<DriftReport> {
    const { mode, guardShare } = this.options
    const options = { apply, force, mode, guardShare, paused: this.paused() }
    const { report, toPoke } = await fullPass(this.parts, options, this.stopping.signal)
    this.poke(toPoke)
    if (apply) this.parts.announcer.drift(report)
    return report
  }

  private async tick(): Promise<boolean> {
    try {
      await this.inTurn(true, false)
      this.rollouts.advance()
      return false
    } catch (error) {
      if (this.stopping.signal.aborted) return false
      const message = error instanceof InfraError ? error.message : 'a pass over everything failed unexpectedly'
      this.parts.log(error instanceof InfraError ? 'warn' : 'error', message, { error })
      return true
    }
  }

  private async one(id: string): Promise<boolean> {
    const abort = new AbortController()
    this.aborts.set(id, abort)
    try {
      const isLater = await this.converge.run(id, AbortSignal.any([abort.signal, this.stopping.signal]))
      if (!isLater && this.toEnd.delete(id)) await this.endOpen(id)
      return isLater
    } finally {
      this.aborts.delete(id)
      if (!this.stopping.signal.aborted) this.rollouts.advance()
    }
  }

  /** Whoever may comes back at once. What cannot be ended so ends with the next restart. */
  private async endOpen(id: SandboxId): Promise<void> {
    const { store, world, settings, log } = this.parts
    const sandbox = sandboxById(store.state(), id)
    if (sandbox?.phase !== 'ready' || sandbox.power !== 'running') return
    try {
      await world.instances.endConnections(sandbox.instance, settings.agentPort, this.stopping.signal)
    } catch (error) {
      const why = error instanceof InfraError ? error.message : 'sessions of an agent could not be ended'
      log('warn', why, { sandbox: sandbox.name, error })
    }
  }
}
