import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeAddressBlock } from '../../src/infra/simulator/address-block.js'
import { startSimulatedCaddy } from '../../src/infra/simulator/caddy/simulator.js'
import { startSimulatedIncus } from '../../src/infra/simulator/incus/start.js'
import { freePort } from '../contract/caddy-world.js'
import type { Stage } from './stage.js'
import { TestDns } from './test-dns.js'

export async function simulatedStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'stage-'))
  const block = await takeAddressBlock(folder)
  const incusSocket = join(folder, 'incus.socket')
  const caddySocket = join(folder, 'caddy.socket')
  const stateFile = join(folder, 'caddy.json')
  const startCaddy = () => startSimulatedCaddy({ admin: { socketPath: caddySocket }, stateFile })
  const incus = await startSimulatedIncus({ socketPath: incusSocket, stateFolder: join(folder, 'incus') })
  let caddy = await startCaddy()
  const { dns, resolver } = await TestDns.start('localhost')
  return {
    host: {
      incus: { socket: incusSocket },
      caddy: { socketPath: caddySocket },
      network: 'simbr0',
      pool: 'default',
      image: { server: null, protocol: null, alias: 'sb/trixie' },
      base: 'localhost',
      listen: `127.0.0.1:${await freePort()}`,
      tls: 'off',
      sshPort: 2222,
      pins: block.pins,
      resolver,
      records: null,
    },
    dns,
    isReal: false,
    loseCaddy: async () => {
      await caddy.close()
      rmSync(stateFile)
      caddy = await startCaddy()
    },
    close: async () => {
      await dns.stop()
      await caddy.close()
      await incus.close()
      block.release()
      rmSync(folder, { recursive: true })
    },
  }
}
