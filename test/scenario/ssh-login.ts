import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { writePrivate } from '../../src/infra/sshpiper/private-file.js'
import type { Play } from './play.js'
import { ssh, type SshTarget } from './ssh-client.js'
import { findSshpiperd, startSshpiperd } from './sshpiperd.js'

const WHO = 'echo "$(id -un) on $(hostname)"'

/** Tests that a running sandbox's pipe lets its person in, and nobody else. */
export function itLetsItsPersonIn(name: string, the: () => Play): void {
  it("has a pipe whose files let an SSH client in, past the sandbox's own sshd", async ({ skip }) => {
    const { stage, engine } = the()
    skip(!stage.isReal, 'a simulated sandbox has no sshd')
    const target = targetOf(join(engine.pipesFolder, name))
    // A guest that is still booting shows sshd's banner, and lets nobody in yet.
    const comesIn = expect.poll(() => ssh(target, WHO), { timeout: 20_000 })
    await comesIn.toMatchObject({ exitCode: 0, out: `exedev on ${name}` })

    const stranger = makeKeyPair()
    const knownHostsFile = join(engine.folder, 'wrong-known-hosts')
    await writePrivate(knownHostsFile, `${target.host} ${stranger.publicLine}\n`)
    expect((await ssh({ ...target, knownHostsFile }, WHO)).why).toContain('Host key verification failed')
    const keyFile = join(engine.folder, 'stranger')
    await writePrivate(keyFile, stranger.privateText)
    expect((await ssh({ ...target, keyFile }, WHO)).why).toContain('Permission denied (publickey')
  })

  it("has a pipe that opens for its person's key alone", () => {
    const { engine } = the()
    const authorized = readFileSync(join(engine.pipesFolder, name, 'authorized_keys'), 'utf8')
    expect(authorized).toBe(`${engine.userKey.publicLine}\n`)
  })

  it('lets its person in by their own key, through a real sshpiperd', async ({ skip }) => {
    const { stage, engine } = the()
    skip(!stage.isReal, 'a simulated sandbox has no sshd')
    const binary = findSshpiperd()
    if (binary === null) return skip('there is no sshpiperd on PATH')
    const piper = await startSshpiperd(binary, engine.pipesFolder, join(engine.folder, 'piper-key'))
    try {
      const keyFile = join(engine.folder, 'ada')
      const knownHostsFile = join(engine.folder, 'piper-known-hosts')
      await writePrivate(keyFile, engine.userKey.privateText)
      await writePrivate(knownHostsFile, piper.knownHosts)
      const target = { user: name, host: '127.0.0.1', port: piper.port, keyFile, knownHostsFile }
      expect(await ssh(target, WHO)).toMatchObject({ exitCode: 0, out: `exedev on ${name}` })

      const stranger = join(engine.folder, 'piper-stranger')
      await writePrivate(stranger, makeKeyPair().privateText)
      expect((await ssh({ ...target, keyFile: stranger }, WHO)).why).toContain('Permission denied (publickey')
    } finally {
      await piper.stop()
    }
  })
}

/** Where SSHPiper would go from this pipe, and with what. */
function targetOf(pipe: string): SshTarget {
  const [, user = '', host = '', port] =
    /^(.+)@\[?(.+?)\]?:(\d+)\n$/.exec(readFileSync(join(pipe, 'sshpiper_upstream'), 'utf8')) ?? []
  return { user, host, port: Number(port), keyFile: join(pipe, 'id_rsa'), knownHostsFile: join(pipe, 'known_hosts') }
}
