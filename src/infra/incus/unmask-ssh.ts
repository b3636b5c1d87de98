import type { IncusClient } from './client.js'
import { isGone } from './errors.js'
import { readLink } from './pull.js'

const UNIT = '/etc/systemd/system/ssh.service'
const WANTED = '/etc/systemd/system/multi-user.target.wants'

/** Some images (exeuntu) have sshd and mask it: the mask is taken off, and the unit enabled. */
export async function unmaskSsh(client: IncusClient, instance: string, signal: AbortSignal): Promise<void> {
  if ((await readLink(client, instance, UNIT, signal)) !== '/dev/null') return
  const link = { type: 'symlink', mode: '0777' } as const
  await client.push(instance, WANTED, '', { type: 'directory', mode: '0755' }, signal)
  await client.push(instance, `${WANTED}/ssh.service`, '/usr/lib/systemd/system/ssh.service', link, signal)
  try {
    const path = `/1.0/instances/${instance}/files?path=${encodeURIComponent(UNIT)}`
    await client.call('DELETE', path, undefined, signal)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
