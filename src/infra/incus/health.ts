import { z } from 'zod'
import type { InstanceHealth } from '../../core/ports.js'
import type { IncusClient } from './client.js'
import { exec } from './exec.js'

const stateShape = z.object({
  disk: z.record(z.string(), z.object({ usage: z.number().nullish(), total: z.number().nullish() })).nullish(),
})

/** Where the kernel counts what it killed for want of memory: cgroup v2, and v1. Both are the instance's own. */
const COUNTERS = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'] as const
const LOOK_MS = 10_000

/** `diskLimit` in bytes, where Incus does not say how large the disk is. Throws InfraError. */
export async function readHealth(
  client: IncusClient,
  instance: string,
  diskLimit: number,
  signal: AbortSignal,
): Promise<InstanceHealth> {
  const { disk } = await client.get(`/1.0/instances/${instance}/state`, stateShape, signal)
  const root = disk?.['root']
  // Pools without quotas measure nothing and say 0 or less.
  const used = typeof root?.usage === 'number' && root.usage > 0 ? root.usage : null
  const size = typeof root?.total === 'number' && root.total > 0 ? root.total : diskLimit
  return { diskUsed: used, diskSize: size, memoryKills: await memoryKills(client, instance, signal) }
}

async function memoryKills(client: IncusClient, instance: string, signal: AbortSignal): Promise<number | null> {
  for (const path of COUNTERS) {
    const { exitCode, stdout } = await exec(client, instance, ['cat', path], { signal, limitMs: LOOK_MS })
    const count = /^oom_kill (\d+)$/m.exec(stdout)?.[1]
    if (exitCode === 0 && count !== undefined) return Number(count)
  }
  return null
}
