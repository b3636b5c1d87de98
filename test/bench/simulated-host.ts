import { join } from 'node:path'
import type { TestHost } from '../scenario/engine.js'

/** The simulator whose state is in this folder. Its Caddy takes any free port, as nobody visits. */
export function simulatedHost(folder: string): TestHost {
  return {
    incus: { socket: join(folder, 'incus.socket') },
    caddy: { socketPath: join(folder, 'caddy.socket') },
    network: 'simbr0',
    pool: 'default',
    image: { server: null, protocol: null, alias: 'sb/trixie' },
    base: 'localhost',
    listen: '127.0.0.1:0',
    tls: 'off',
    sshPort: 2222,
    pins: ['127.77.0.10', '127.77.0.99'],
    // None of them waits for DNS.
    resolver: '127.0.0.1:9',
    records: null,
  }
}
