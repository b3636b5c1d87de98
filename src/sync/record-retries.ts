import type { RecordOwner } from '../core/parts/record-set.js'
import type { Clock } from '../core/ports.js'
import type { Schedule } from './queue.js'
import type { RecordStatus } from './record-status.js'

const FIRST_MS = 2_000
const LONGEST_MS = 5 * 60_000

/** What waits or failed is looked at again when its time has come. */
export class RecordRetries {
  private readonly tries = new Map<RecordOwner, number>()
  private readonly callOffs = new Map<RecordOwner, () => void>()

  constructor(
    private readonly schedule: Schedule,
    private readonly clock: Clock,
    private readonly again: (owner: RecordOwner) => void,
  ) {}

  take(owner: RecordOwner, status: RecordStatus): void {
    if (status.state === 'waiting') {
      this.later(owner, Math.max(0, status.until.getTime() - this.clock.now().getTime()))
    } else if (status.state === 'failed') {
      const tries = this.tries.get(owner) ?? 0
      this.tries.set(owner, tries + 1)
      this.later(owner, Math.min(FIRST_MS * 2 ** tries, LONGEST_MS))
    } else {
      this.tries.delete(owner)
    }
  }

  close(): void {
    for (const callOff of this.callOffs.values()) callOff()
  }

  private later(owner: RecordOwner, ms: number): void {
    this.callOffs.get(owner)?.()
    const callOff = this.schedule(ms, () => {
      this.callOffs.delete(owner)
      this.again(owner)
    })
    this.callOffs.set(owner, callOff)
  }
}
