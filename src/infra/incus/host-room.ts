import { z } from 'zod'
import type { HostRoom, Room } from '../../core/host-room.js'
import type { IncusClient } from './client.js'

const resourcesShape = z.object({ memory: z.object({ used: z.number(), total: z.number() }) })
const poolShape = z.object({ space: z.object({ used: z.number().default(0), total: z.number() }) })

/** What host and storage pool have left. Throws InfraError, also where our certificate may not ask. */
export async function readHostRoom(
  client: IncusClient,
  pool: string,
  at: Date,
  signal: AbortSignal,
): Promise<HostRoom> {
  const [host, storage] = await Promise.all([
    client.get('/1.0/resources', resourcesShape, signal),
    client.get(`/1.0/storage-pools/${pool}/resources`, poolShape, signal),
  ])
  return { memory: roomOf(host.memory), disk: roomOf(storage.space), at }
}

function roomOf({ used, total }: { used: number; total: number }): Room {
  return { free: Math.max(0, total - used), total }
}
