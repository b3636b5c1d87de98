import type { TestHost } from '../scenario/engine.js'
import type { Lab } from '../lab/lab.js'

/** The lab with its btrfs pool, behind Caddy's own certificates. */
export function labHost(lab: Lab): TestHost {
  return {
    incus: { socket: lab.incusSocket },
    caddy: { url: lab.caddy.admin },
    network: lab.network.name,
    pool: lab.pools.btrfs,
    image: { server: null, protocol: null, alias: lab.images.system },
    base: 'box.test',
    listen: lab.caddy.https,
    tls: 'internal',
    sshPort: 22,
    pins: [lab.network.pins.from, lab.network.pins.to],
    resolver: lab.dns.bind.address,
    records: null,
  }
}
