import { instanceOwner } from './triggers.js'
import { InfraError } from '../core/errors.js'
import { awaitedOf } from '../core/hosts.js'
import type { DriftReport, Sync } from '../core/ports.js'
import type { SandboxId } from '../core/sandbox.js'
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

  paused(): boolean {
    return this.options.pauseSwitch.isOn()
  }

  pause(on: boolean): void {
    this.options.pauseSwitch.set(on)
    if (!on) this.pokeAll()
  }

  /** Record sets too, which ticks leave to their own schedule. */
  async pass(options: { readonly apply: boolean; readonly force?: boolean }): Promise<DriftReport> {
    const { records } = this.parts
    const [host, dns] = await Promise.all([this.inTurn(options.apply, options.force ?? false), records.pass(options)])
    if (options.apply) await this.queue.settled()
    return {
      at: host.at,
      applied: host.applied || dns.applied,
      held: host.held ?? dns.held,
      lines: [...host.lines, ...dns.lines],
    }
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
      await this.lookAtAwaited()
      this.rollouts.advance()
      return false
    } catch (error) {
      if (this.stopping.signal.aborted) return false
      const message = error instanceof InfraError ? error.message : 'a pass over everything failed unexpectedly'
      this.parts.log(error instanceof InfraError ? 'warn' : 'error', message, { error })
      return true
    }
  }

  /** Sandboxes that wait for DNS go on by themselves once it is right. */
  private async lookAtAwaited(): Promise<void> {
    const waiting = this.parts.store.state().sandboxes.filter((sandbox) => awaitedOf(sandbox).length > 0)
    const arrived = await this.parts.names.arrived(waiting)
    this.poke(waiting.filter((one) => awaitedOf(one).some((host) => arrived.has(host))).map(({ id }) => id))
  }

  private async one(id: string): Promise<boolean> {
    const abort = new AbortController()
    this.aborts.set(id, abort)
    try {
      return await this.converge.run(id, AbortSignal.any([abort.signal, this.stopping.signal]))
    } finally {
      this.aborts.delete(id)
      if (!this.stopping.signal.aborted) this.rollouts.advance()
    }
  }
}
