import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** A run of addresses that no other simulated host on this machine hands out while this one runs. */
export interface AddressBlock {
  readonly pins: readonly [string, string]
  release(): void
}

const FIRST = 200
const COUNT = 54
/** Who listens here has the block. */
const GUARD_PORT = 9998

/** `127.77.N.10` to `.250`: the same for the same folder, unless another has it at the time. Throws where none is free. */
export async function takeAddressBlock(folder: string): Promise<AddressBlock> {
  const start = createHash('sha256').update(folder).digest().readUInt32BE() % COUNT
  for (let step = 0; step < COUNT; step += 1) {
    const net = `127.77.${FIRST + ((start + step) % COUNT)}`
    const guard = await listen(`${net}.1`)
    if (guard !== null) return { pins: [`${net}.10`, `${net}.250`], release: () => void guard.close() }
  }
  throw new Error(`${COUNT} simulated hosts run on this machine already. Stop one of them.`)
}

function listen(address: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const guard = createServer()
    guard.once('error', () => resolve(null))
    guard.listen(GUARD_PORT, address, () => resolve(guard))
  })
}
