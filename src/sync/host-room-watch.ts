import { InfraError } from '../core/errors.js'
import type { HostRoom } from '../core/host-room.js'
import type { Clock, InstanceKeeper } from '../core/ports.js'

export interface HostRoomWatchParts {
  readonly instances: Pick<InstanceKeeper, 'room'>
  readonly clock: Clock
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

const LIMIT_MS = 15_000
/** What the host said longer ago says nothing about now. */
const STALE_MS = 10 * 60_000

/** What the host last said it has left. Null where it has not said, or long ago. */
export class HostRoomWatch {
  private known: HostRoom | null = null
  private looking: Promise<void> | null = null
  private isSilent = false

  constructor(private readonly parts: HostRoomWatchParts) {}

  room(): HostRoom | null {
    const { known } = this
    return known !== null && this.parts.clock.now().getTime() - known.at.getTime() < STALE_MS ? known : null
  }

  /** Looks again, once for however many ask meanwhile. Never throws. */
  refresh(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null))
    return this.looking
  }

  private async look(): Promise<void> {
    const { instances, clock, log } = this.parts
    try {
      this.known = await instances.room(clock.now(), AbortSignal.timeout(LIMIT_MS))
      this.isSilent = false
    } catch (error) {
      // Once, not with every tick: without it only the headroom goes unasked.
      const why = error instanceof InfraError ? error.message : 'the host cannot be asked'
      if (!this.isSilent) log('warn', `what the host has left is not known, and no headroom is kept: ${why}`, { error })
      this.isSilent = true
    }
  }
}
