import { InfraError } from '../core/errors.js'
import type { RecordSet } from '../core/parts/record-set.js'
import type { Zone } from '../core/parts/wanted-records.js'
import type { RecordKeeper, Served } from '../core/ports.js'
import type { Sandbox, SandboxId } from '../core/sandbox.js'
import { right, type RecordStatus } from './record-status.js'

export interface SetsInZone {
  readonly zone: Zone
  readonly sets: readonly RecordSet[]
}

export interface ServingParts {
  readonly keeper: Pick<RecordKeeper, 'untilServed' | 'seenBy'>
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

/** After a change that a person waits for: the zone's own servers are asked until they have it. */
export class RecordServing {
  private readonly under = new Map<SandboxId, string>()
  private readonly running = new Set<Promise<void>>()

  constructor(
    private readonly parts: ServingParts,
    private readonly signal: AbortSignal,
  ) {}

  /** `about`: which names it is about. `note` is told how it goes, and at the end that all is right. */
  begin(
    sandbox: Sandbox,
    about: string,
    own: readonly SetsInZone[],
    note: (status: RecordStatus) => void,
  ): RecordStatus {
    if (own.length === 0) return right
    if (this.under.get(sandbox.id) !== about) {
      this.under.set(sandbox.id, about)
      const run = this.serve(sandbox, own, note).finally(() => {
        this.running.delete(run)
        if (this.under.get(sandbox.id) === about) this.under.delete(sandbox.id)
      })
      this.running.add(run)
    }
    return { state: 'working', on: `the name servers of ${own.map(({ zone }) => zone.name).join(', ')}` }
  }

  async settled(): Promise<void> {
    await Promise.all(this.running)
  }

  private async serve(
    sandbox: Sandbox,
    own: readonly SetsInZone[],
    note: (status: RecordStatus) => void,
  ): Promise<void> {
    try {
      const late = await Promise.all(own.map((one) => this.serveZone(sandbox, one, note)))
      const remarks = late.filter((remark) => remark !== null)
      note({ state: 'right', remark: remarks.length === 0 ? null : remarks.join(' ') })
    } catch (error) {
      if (this.signal.aborted) return
      const message = error instanceof InfraError ? error.message : 'name servers could not be asked'
      this.parts.log('warn', message, { sandbox: sandbox.name, error })
      note(right)
    }
  }

  /** What to say of it although it is done; null where there is nothing. */
  private async serveZone(
    sandbox: Sandbox,
    { zone, sets }: SetsInZone,
    note: (status: RecordStatus) => void,
  ): Promise<string | null> {
    const { keeper, log } = this.parts
    const report = (served: Served): void => {
      if (served.by < served.of) note({ state: 'working', on: words(zone, served) })
    }
    const served = await keeper.untilServed(zone, sets, report, this.signal)
    const seenBy = await keeper.seenBy(sets, this.signal)
    log('info', 'record sets are served', { sandbox: sandbox.name, zone: zone.name, ...served, seenBy })
    return served.by < served.of ? `${words(zone, served)}; the others are late.` : null
  }
}

function words({ name }: Zone, { by, of }: Served): string {
  return `${by} of ${of} name servers of ${name} have the new addresses`
}
