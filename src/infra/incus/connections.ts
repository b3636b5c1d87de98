import { InfraError } from '../../core/errors.js'
import type { IncusClient } from './client.js'
import { exec } from './exec.js'

const LIMIT_MS = 10_000

/**
 * Ends the TCP connections to this port of a running instance. Caddy keeps a stream that was let in open for as long as
 * it may (`stream_close_delay`), whatever its route says by now. Throws InfraError, also where the image has no `ss`.
 */
export async function endConnections(
  client: IncusClient,
  instance: string,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  const command = ['ss', '-K', '-t', 'sport', '=', `:${port}`] as const
  const { exitCode, stderr } = await exec(client, instance, command, { signal, limitMs: LIMIT_MS })
  if (exitCode !== 0)
    throw new InfraError('incus', 'never', `ss -K in ${instance}: ${exitCode} ${stderr.slice(0, 200)}`)
}
