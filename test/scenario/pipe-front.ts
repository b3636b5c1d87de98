import { execa } from 'execa'
import { chmod, mkdir, writeFile, appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { writePrivate } from '../../src/infra/sshpiper/private-file.js'
import { freePort } from '../contract/caddy-world.js'
import { findSshpiperd, listening, startSshpiperd } from './sshpiperd.js'

/** Where `ssh <sandbox>@host` arrives. */
export interface PipeFront {
  readonly port: number
  readonly knownHosts: string
  stop(): Promise<void>
}

const FORWARD = `#!/bin/sh
cd "/pipes/$USER" || exit 1
IFS='@:' read -r user host port <sshpiper_upstream
exec ssh -F none -q -i id_rsa -o UserKnownHostsFile=known_hosts -o GlobalKnownHostsFile=none -o BatchMode=yes \\
  -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -p "$port" "$user@$host" "$SSH_ORIGINAL_COMMAND"
`

/**
 * A real sshpiperd where there is one. Elsewhere a real sshd in its place, out of the sandbox image: it looks at the
 * pipe's own files at each login, as SSHPiper does, and goes on with what stands in them.
 */
export async function startPipeFront(
  { folder, pipesFolder }: { readonly folder: string; readonly pipesFolder: string },
  image: string,
  sandbox: string,
): Promise<PipeFront> {
  const binary = findSshpiperd()
  if (binary !== null) return startSshpiperd(binary, pipesFolder, join(folder, 'front-key'))
  const root = join(folder, 'front')
  await mkdir(root)
  await execa('tar', ['--zstd', '-C', root, '--strip-components=1', '-xf', image, 'rootfs'])
  const port = await freePort()
  const hostKey = makeKeyPair()
  await writePrivate(join(root, 'front_key'), hostKey.privateText)
  await writeFile(join(root, 'front_config'), configOf(port))
  await writeFile(join(root, 'forward'), FORWARD)
  await chmod(join(root, 'forward'), 0o755)
  await appendFile(join(root, 'etc/passwd'), `${sandbox}:x:0:0::/root:/bin/sh\n`)
  for (const made of ['pipes', 'run/sshd']) await mkdir(join(root, made), { recursive: true })
  const script = `mount --bind '${pipesFolder}' '${root}/pipes' && mount --rbind /dev '${root}/dev' && mount -t proc proc '${root}/proc' &&
    exec chroot '${root}' /usr/sbin/sshd -D -f /front_config`
  const child = execa('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script], {
    stdio: 'ignore',
    reject: false,
  })
  await listening(port)
  return {
    port,
    knownHosts: `[127.0.0.1]:${port} ${hostKey.publicLine}\n`,
    stop: async () => {
      child.kill()
      await child
    },
  }
}

function configOf(port: number): string {
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    'HostKey /front_key',
    'AuthorizedKeysFile /pipes/%u/authorized_keys',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'ForceCommand /forward',
  ]
  return `${lines.join('\n')}\n`
}
