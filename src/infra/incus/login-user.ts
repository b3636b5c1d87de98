import type { IncusClient } from './client.js'
import { pullFile } from './pull.js'

export const LOGIN = { name: 'exedev', uid: 1000, gid: 1000 }
const HOME = `/home/${LOGIN.name}`

/**
 * Gives an image that knows no such user the one that people become. Before the first boot there is nobody to run
 * `useradd`: so its lines are written, as first ones, and whoever had the number before keeps it under the second name.
 */
export async function ensureLoginUser(client: IncusClient, instance: string, signal: AbortSignal): Promise<void> {
  const passwd = await textOf(client, instance, '/etc/passwd', signal)
  if (passwd === null || hasLine(passwd, LOGIN.name)) return
  const { name, uid, gid } = LOGIN
  const put = (path: string, text: string, mode: string): Promise<void> =>
    client.push(instance, path, text, { mode }, signal)
  const group = (await textOf(client, instance, '/etc/group', signal)) ?? ''
  const shadow = (await textOf(client, instance, '/etc/shadow', signal)) ?? ''
  await put('/etc/group', hasLine(group, name) ? group : `${name}:x:${gid}:\n${group}`, '0644')
  // No password, and not locked either: sshd lets nobody into a locked account.
  await put('/etc/shadow', hasLine(shadow, name) ? shadow : `${name}:*:19000:0:99999:7:::\n${shadow}`, '0640')
  await client.push(instance, HOME, '', { type: 'directory', mode: '0755', uid, gid }, signal)
  if ((await textOf(client, instance, '/etc/sudoers', signal)) !== null) {
    await put(`/etc/sudoers.d/${name}`, `${name} ALL=(ALL) NOPASSWD:ALL\n`, '0440')
  }
  // Last: whoever finds it does not look at the rest again.
  await put('/etc/passwd', `${name}:x:${uid}:${gid}::${HOME}:/bin/bash\n${passwd}`, '0644')
}

function hasLine(text: string, name: string): boolean {
  return text.split('\n').some((line) => line.startsWith(`${name}:`))
}

async function textOf(client: IncusClient, instance: string, path: string, signal: AbortSignal) {
  const file = await pullFile(client, instance, path, { signal })
  return file === null ? null : file.content.toString('utf8')
}
