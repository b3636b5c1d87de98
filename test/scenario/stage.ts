import type { TestHost } from './engine.js'
import type { TestDns } from './test-dns.js'

/** A host for one scenario, without anything of ours at first. */
export interface Stage {
  readonly host: TestHost
  /** The DNS server that `host.resolver` is. */
  readonly dns: TestDns
  /** Real sandboxes behind a real Caddy, not a simulator's. */
  readonly isReal: boolean
  /** Caddy ends, and comes back with no config at all. */
  loseCaddy(): Promise<void>
  close(): Promise<void>
}
