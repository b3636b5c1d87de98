import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { IncusClient } from '../../src/infra/incus/client.js'
import { exec } from '../../src/infra/incus/exec.js'
import { IncusKeeper } from '../../src/infra/incus/keeper.js'
import { listFolder, pullFile } from '../../src/infra/incus/pull.js'
import { incusInsideContract, inside } from '../contract/incus-inside.js'
import { labUp } from './lab.js'

const lab = await labUp()
const { url, ...files } = lab.incusHttps
const [cert = '', key = '', serverCert = ''] = await Promise.all(
  [files.cert, files.key, files.serverCert].map((file) => readFile(file, 'utf8')),
)
/** Over HTTPS: a command's streams are WebSockets, and have to carry the certificates too. */
const client = new IncusClient({ url, cert, key, serverCert })
const keyring = {
  ensure: () => Promise.resolve({ mapping: 'ssh-ed25519 AAAA', host: 'ssh-ed25519 AAAA' }),
  privateKey: () => Promise.resolve('not a key\n'),
  forget: () => Promise.resolve(),
}
const image = { server: null, protocol: null, alias: lab.images.system }

describe('inside an instance of the lab', () => {
  it('shows the host a command and never its input', async () => {
    const command = ['sh', '-c', 'cat; sleep 300', 'in-the-arguments'] as const
    const waiting = new AbortController()
    const running = exec(client, inside, [...command], { stdin: 'in-the-input', signal: waiting.signal })
    await expect.poll(processes).toContain('in-the-arguments')
    expect(await processes()).not.toContain('in-the-input')
    waiting.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  it('waits for the program and not for what it leaves behind', async () => {
    const { stdout } = await exec(client, inside, ['sh', '-c', 'sleep 300 & echo left'], { limitMs: 10_000 })
    expect(stdout).toBe('left\n')
  })

  it('follows symbolic links, and not for ever', async () => {
    expect((await pullFile(client, inside, '/etc/os-release'))?.content.toString()).toContain('ID=debian')
    expect(await listFolder(client, inside, '/sbin')).toContain('init')
    await exec(client, inside, ['ln', '-s', 'ring', '/root/ring'])
    await expect(pullFile(client, inside, '/root/ring')).rejects.toThrow('symbolic links')
  })

  incusInsideContract(() =>
    Promise.resolve({
      client,
      keeper: new IncusKeeper(client, { network: lab.network.name, pool: lab.pools.btrfs, acl: null }, keyring),
      image,
      missingImage: { ...image, alias: 'sb/none' },
      bridge: lab.network.name,
      address: '10.88.0.153',
      address6: 'fd88:5a2d:9c10:1::a58:99',
      close: () => client.close(),
    }),
  )
})

/** The arguments of all processes on the host. */
async function processes(): Promise<string> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const lines = ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => 'ended meanwhile'))
  return (await Promise.all(lines)).join('\n')
}
