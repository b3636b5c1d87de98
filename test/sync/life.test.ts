import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulator } from '../../src/infra/simulator/simulator.js'
import { lifeOfASandbox } from '../scenario/life.js'

lifeOfASandbox('simulated host', async () => {
  const simulator = await startSimulator({ folder: mkdtempSync(join(tmpdir(), 'simulator-')) })
  return {
    host: {
      incus: { socket: simulator.incusSocket },
      caddy: { socketPath: simulator.caddyAdminSocket },
      network: 'simbr0',
      pool: 'default',
      image: { server: null, protocol: null, alias: 'sb/trixie' },
      base: 'localhost',
      listen: '127.0.0.1:7791',
      tls: 'off',
      sshPort: 2222,
      pins: ['127.77.0.10', '127.77.0.99'],
    },
    close: () => simulator.close(),
  }
})
