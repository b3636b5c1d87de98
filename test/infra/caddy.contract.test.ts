import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulatedCaddy } from '../../src/infra/simulator/caddy/simulator.js'
import { caddyContract } from '../contract/caddy.js'
import { freePort } from '../contract/caddy-world.js'

caddyContract('the simulated Caddy', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandpiper-caddy-'))
  const socketPath = join(folder, 'admin.sock')
  const caddy = await startSimulatedCaddy({ admin: { socketPath }, stateFile: join(folder, 'caddy.json') })
  return {
    address: { socketPath },
    listen: `127.0.0.1:${await freePort()}`,
    stop: async () => {
      await caddy.close()
      await rm(folder, { recursive: true })
    },
  }
})
