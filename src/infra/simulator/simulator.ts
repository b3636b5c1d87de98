import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startSimulatedCaddy } from './caddy/simulator.js'
import { startSimulatedDns } from './dns.js'
import { startSimulatedIncus } from './incus/start.js'

export interface Simulator {
  readonly incusSocket: string
  readonly caddyAdminSocket: string
  /** A DNS server for which every name leads to this host. */
  readonly resolver: string
  close(): Promise<void>
}

/** A host without a host: everything that Sandpiper speaks to, in one folder that outlives the process. */
export async function startSimulator(options: { readonly folder: string }): Promise<Simulator> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const incusSocket = join(options.folder, 'incus.socket')
  const caddyAdminSocket = join(options.folder, 'caddy.socket')
  const incus = await startSimulatedIncus({ socketPath: incusSocket, stateFolder: join(options.folder, 'incus') })
  const caddy = await startSimulatedCaddy({
    admin: { socketPath: caddyAdminSocket },
    stateFile: join(options.folder, 'caddy.json'),
  })
  const dns = await startSimulatedDns(() => ['127.0.0.1'])
  return {
    incusSocket,
    caddyAdminSocket,
    resolver: dns.address,
    close: async () => {
      await dns.close()
      await caddy.close()
      await incus.close()
    },
  }
}
