import { execa } from 'execa'
import { existsSync, realpathSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { writePrivate } from '../../src/infra/sshpiper/private-file.js'
import { freePort } from '../contract/caddy-world.js'

/** The binary, which has its plugins in a folder beside it as in its release archive; null where none is on PATH. */
export function findSshpiperd(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'sshpiperd')).find((file) => existsSync(file)) ?? null
}

/** A real SSHPiper over a pipes folder, as strict as ours is to run. */
export async function startSshpiperd(binary: string, pipesFolder: string, keyFile: string) {
  const hostKey = makeKeyPair()
  await writePrivate(keyFile, hostKey.privateText)
  const port = await freePort()
  const plugin = join(dirname(realpathSync(binary)), 'plugins', 'workingdir')
  const strict = ['--root', pipesFolder, '--no-password-auth', '--strict-hostkey']
  const child = execa(
    binary,
    ['--address', '127.0.0.1', '--port', String(port), '--server-key', keyFile, plugin, ...strict],
    { stdio: 'ignore', reject: false },
  )
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

export async function listening(port: number): Promise<void> {
  const end = Date.now() + 10_000
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => resolve(socket.destroy().destroyed))
      socket.on('error', () => resolve(false))
    })
  while (!(await answers())) {
    if (Date.now() > end) throw new Error('sshpiperd does not listen')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
