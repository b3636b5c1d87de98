import type { DriftReport } from '../core/ports.js'
import type { Clock } from '../core/ports.js'
import type { Sandbox } from '../core/sandbox.js'
import { right, type RecordStatus } from './record-status.js'

/** Record sets, as those see them who keep everything else. */
export interface Records {
  /** How it stands with the sandbox's own; begins to see to them where nobody has. Asks nobody itself. */
  status(sandbox: Sandbox): RecordStatus
  /** Whether its record sets are ours, and right. Asks nobody. */
  isRight(host: string): boolean
  /** What differs, of all; repaired where `apply`. */
  pass(options: { readonly apply: boolean; readonly force?: boolean }): Promise<DriftReport>
  /** A pass over everything, whose failure is only logged: the next one comes. */
  tick(): void
  settled(): Promise<void>
  close(): Promise<void>
}

/** Where no provider is configured, not even one by hand: nobody keeps record sets, and nobody is asked about them. */
export function noRecords(clock: Clock): Records {
  return {
    status: () => right,
    isRight: () => false,
    pass: () => Promise.resolve({ at: clock.now(), applied: false, held: null, lines: [] }),
    tick: () => undefined,
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
