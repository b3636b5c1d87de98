import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { IncusClient } from '../../src/infra/incus/client.js'
import { IncusKeeper } from '../../src/infra/incus/keeper.js'
import { startSimulatedIncus } from '../../src/infra/simulator/incus/start.js'
import { incusContract, type IncusWorld } from '../contract/incus.js'
import { incusInsideContract } from '../contract/incus-inside.js'

const image = { server: null, protocol: null, alias: 'sb/trixie' }
/** A subnet of this process, so that others can boot guests at the same time. */
const subnet = `127.77.${100 + (process.pid % 100)}`
const keyring = {
  ensure: () => Promise.resolve({ mapping: 'ssh-ed25519 AAAA', host: 'ssh-ed25519 AAAA' }),
  privateKey: () => Promise.resolve('not a key\n'),
  forget: () => Promise.resolve(),
}

async function simulated(address: string): Promise<IncusWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'incus-contract-'))
  const socketPath = join(folder, 'incus.socket')
  const incus = await startSimulatedIncus({ socketPath, stateFolder: join(folder, 'state'), latencyMs: 20 })
  const client = new IncusClient({ socket: socketPath })
  const dual = { 'ipv6.address': 'fd77::1/64', 'ipv6.dhcp.stateful': 'true' }
  await client.call('PATCH', '/1.0/networks/simbr0', { config: dual })
  return {
    client,
    keeper: new IncusKeeper(client, { network: 'simbr0', pool: 'default', acl: null }, keyring),
    image,
    missingImage: { ...image, alias: 'sb/none' },
    bridge: 'simbr0',
    address,
    address6: 'fd77::7f4d:c8',
    close: async () => {
      await client.close()
      await incus.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe('the simulated Incus, instances', () => incusContract(() => simulated(`${subnet}.200`)))
describe('the simulated Incus, inside an instance', () => incusInsideContract(() => simulated(`${subnet}.201`)))
