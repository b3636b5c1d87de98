import { join } from 'node:path'
import type { TestAgent } from './engine-settings.js'
import type { TestHost } from './engine.js'

/** A configuration with which Ada speaks to a service on this host, whose state, pipes and sockets are in the folder. */
export function configOn(host: TestHost, folder: string, agent: TestAgent | null = null): object {
  const { server, protocol, alias } = host.image
  const source = server === null || protocol === null ? {} : { server, protocol }
  if (!('socket' in host.incus)) throw new Error('Incus by its socket, please')
  return {
    service: { state_folder: join(folder, 'state'), control_socket: join(folder, 'control', 'socket') },
    domains: { base: host.base, resolvers: [host.resolver], ...host.records?.domains },
    dns: { providers: host.records?.providers ?? [] },
    incus: {
      socket: host.incus.socket,
      network: host.network,
      storage_pool: host.pool,
      acl: '',
      pins: host.pins ?? undefined,
    },
    caddy: {
      admin: 'socketPath' in host.caddy ? `unix/${host.caddy.socketPath}` : host.caddy.url,
      listen: [host.listen],
      tls: host.tls,
      pages: join(folder, 'pages.socket'),
    },
    sshpiper: { pipes_folder: join(folder, 'pipes') },
    // Its ticks would take the work from what is tested.
    sync: { schedule: '0 0 29 2 *' },
    sandboxes: { ssh_port: host.sshPort, cpus: 1, memory: '512MiB', disk: '2GiB', processes: 500 },
    templates: [{ name: 'test', image: alias, ...source, agent: agent === null ? 'own' : 'shelley' }],
    ...(agent === null ? {} : { agent: { port: agent.port, release_url: agent.releaseUrl } }),
    access: { admins: ['console:ada'] },
    console: { user: 'ada', name: 'Ada' },
  }
}
