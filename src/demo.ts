import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config.js'
import { configSchema } from './config/schema.js'
import { Closing } from './closing.js'
import { takeAddressBlock } from './infra/simulator/address-block.js'
import { startSimulator } from './infra/simulator/simulator.js'
import { openLog } from './logging.js'
import { startService, type Service } from './main.js'
import { openHost } from './open-host.js'

export interface DemoOptions {
  readonly folder: string
  readonly page: string
  /** Where the simulated Caddy listens. */
  readonly apps: string
}

export const demoDefaults: DemoOptions = {
  folder: join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'sandpiper-demo'),
  page: '127.0.0.1:7780',
  apps: '127.0.0.1:7781',
}

const BANNER = 'Simulated host: nothing real is made.'
const people = [
  { user: 'ada', name: 'Ada' },
  { user: 'grace', name: 'Grace' },
  { user: 'linus', name: 'Linus' },
  { user: 'eve', name: 'Eve' },
]

export function demoSocket(folder: string): string {
  return join(folder, 'control', 'socket')
}

/** Sandpiper on a host that is only simulated. Ada is an admin, Grace and Linus are members, Eve is a stranger. */
export async function startDemo(options: DemoOptions): Promise<Service> {
  const { folder } = options
  mkdirSync(join(folder, 'pipes'), { recursive: true, mode: 0o700 })
  const closing = new Closing()
  try {
    return await startOn(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function startOn(options: DemoOptions, closing: Closing): Promise<Service> {
  const { folder } = options
  const simulator = await startSimulator({ folder: join(folder, 'host') })
  closing.add(() => simulator.close())
  const block = await takeAddressBlock(folder)
  closing.add(() => block.release())
  const config = demoConfig(options, simulator, block.pins)
  const log = openLog('info', join(folder, 'sandpiper.log'))
  const service = await startService({
    config,
    host: openHost(config),
    log,
    console: { identities: people, mayChoose: true, banner: BANNER },
    sshLine: (name) => `ssh ${name}@localhost   # simulated: no SSH server here`,
  })
  closing.add(() => service.close())
  return { pageLink: service.pageLink, close: () => closing.close() }
}

function demoConfig(
  { folder, page, apps }: DemoOptions,
  simulator: { incusSocket: string; caddyAdminSocket: string; resolver: string },
  pins: readonly [string, string],
): Config {
  // Nothing is downloaded for a host that is only simulated.
  const image = { image: 'sb/trixie', app_port: 8000, agent: 'own' }
  return configSchema.parse({
    service: { state_folder: folder, control_socket: demoSocket(folder) },
    domains: { base: 'localhost', resolvers: [simulator.resolver] },
    incus: {
      socket: simulator.incusSocket,
      network: 'simbr0',
      acl: '',
      pins,
    },
    caddy: {
      admin: `unix/${simulator.caddyAdminSocket}`,
      listen: [apps],
      tls: 'off',
      pages: join(folder, 'pages.socket'),
    },
    sshpiper: { pipes_folder: join(folder, 'pipes') },
    sandboxes: { ssh_port: 2222 },
    templates: [
      { name: 'debian', description: 'Debian with a stand-in for the agent', ...image },
      {
        name: 'exeuntu',
        description: 'Downloaded first, to see that',
        image: 'boldsoftware/exeuntu:latest',
        server: 'https://ghcr.io',
        protocol: 'oci',
        agent: 'own',
      },
    ],
    access: { admins: ['console:ada'], members: ['console:grace', 'console:linus'] },
    console: { page: true, address: page, user: 'ada', name: 'Ada' },
  })
}
