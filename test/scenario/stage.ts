import type { TestHost } from './engine.js'

/** A host for one scenario, without anything of ours at first. */
export interface Stage {
  readonly host: TestHost
  /** Real sandboxes behind a real Caddy, not a simulator's. */
  readonly isReal: boolean
  /** Caddy ends, and comes back with no config at all. */
  loseCaddy(): Promise<void>
  close(): Promise<void>
}
