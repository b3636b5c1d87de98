import type { WantedInstance } from '../../core/parts/instance.js'
import type { Keyring } from '../../core/ports.js'
import type { IncusClient } from './client.js'
import { ensureLoginUser, LOGIN } from './login-user.js'
import { unmaskSsh } from './unmask-ssh.js'

const OWNER = { uid: LOGIN.uid, gid: LOGIN.gid }
const SSH_FOLDER = '/home/exedev/.ssh'
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key'

/** All that must be so in an instance before its first boot: each on its own, so all at once. */
export async function pushFirstFiles(
  client: IncusClient,
  wanted: WantedInstance,
  keyring: Keyring,
  signal: AbortSignal,
): Promise<void> {
  const { name } = wanted
  const [hostKey, { host: hostLine }] = await Promise.all([
    keyring.privateKey(wanted.sandbox, 'host'),
    keyring.ensure(wanted.sandbox),
  ])
  // The home has to be there before what is in it.
  const user = ensureLoginUser(client, name, signal)
  await Promise.all([
    unmaskSsh(client, name, signal),
    keepHostName(client, wanted, signal),
    client.push(name, '/etc/hostname', `${wanted.sandboxName}\n`, { mode: '0644' }, signal),
    client.push(name, HOST_KEY, hostKey, { mode: '0600' }, signal),
    client.push(name, `${HOST_KEY}.pub`, `${hostLine}\n`, { mode: '0644' }, signal),
    client.push(name, '/etc/ssh/sshd_config.d/10-sandpiper.conf', `HostKey ${HOST_KEY}\n`, { mode: '0644' }, signal),
    user.then(() => pushAuthorizedKey(client, wanted, signal)),
  ])
}

/** The image's templates would overwrite the host name at the first start. */
async function keepHostName(client: IncusClient, wanted: WantedInstance, signal: AbortSignal): Promise<void> {
  if (wanted.image.protocol === 'oci') return
  await client.call('PATCH', `/1.0/instances/${wanted.name}`, { config: { 'volatile.apply_template': '' } }, signal)
}

export async function pushAuthorizedKey(
  client: IncusClient,
  wanted: WantedInstance,
  signal: AbortSignal,
): Promise<void> {
  await client.push(wanted.name, SSH_FOLDER, '', { type: 'directory', mode: '0700', ...OWNER }, signal)
  const line = `${wanted.mappingKey}\n`
  await client.push(wanted.name, `${SSH_FOLDER}/authorized_keys`, line, { mode: '0600', ...OWNER }, signal)
}
