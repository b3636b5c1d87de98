import { InfraError } from '../core/errors.js'
import type { InstanceKeeper } from '../core/ports.js'
import type { Network } from '../core/state.js'
import type { Schedule } from './queue.js'

export interface HostWatchParts {
  readonly instances: Pick<InstanceKeeper, 'network'>
  /** Runs once, before the first sandbox can be created: the network ACL. */
  readonly prepare: (network: Network, signal: AbortSignal) => Promise<void>
  readonly schedule: Schedule
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

const LIMIT_MS = 15_000
const AGAIN_MS = 2000

/** What Incus last said of its network. Null until it has answered once: nothing can be created before. */
export class HostWatch {
  private known: Network | null = null
  private isPrepared = false
  private looking: Promise<void> | null = null
  private callOff: (() => void) | null = null

  constructor(private readonly parts: HostWatchParts) {}

  network(): Network | null {
    return this.isPrepared ? this.known : null
  }

  /** Looks again, once for however many ask meanwhile. Never throws; tries again until the host has answered once. */
  refresh(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null))
    return this.looking
  }

  close(): void {
    this.callOff?.()
  }

  private async look(): Promise<void> {
    const { instances, prepare, schedule, log } = this.parts
    const signal = AbortSignal.timeout(LIMIT_MS)
    try {
      this.known = await instances.network(signal)
      if (this.isPrepared) return
      await prepare(this.known, signal)
      this.isPrepared = true
    } catch (error) {
      log('warn', error instanceof InfraError ? error.message : 'the host cannot be looked at', { error })
      if (this.isPrepared) return
      this.callOff?.()
      this.callOff = schedule(AGAIN_MS, () => void this.refresh())
    }
  }
}
