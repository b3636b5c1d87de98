import { readFile } from 'node:fs/promises'
import { request } from 'undici'
import { afterAll, describe, expect, it } from 'vitest'
import type { WantedInstance } from '../../src/core/parts/instance.js'
import type { Keyring } from '../../src/core/ports.js'
import { IncusClient } from '../../src/infra/incus/client.js'
import { IncusEvents } from '../../src/infra/incus/events.js'
import { IncusKeeper } from '../../src/infra/incus/keeper.js'
import { ensureAcl } from '../../src/infra/incus/network.js'
import { incusContract } from '../contract/incus.js'
import { labUp } from './lab.js'

const lab = await labUp()
const client = new IncusClient({ socket: lab.incusSocket })
// The lab's kernel has no connection tracking on bridges, so a NIC with an ACL would not start.
const settings = { network: 'labbr0', pool: 'default', acl: null }
const keyring: Keyring = {
  ensure: () => Promise.resolve({ mapping: 'ssh-ed25519 AAAA', host: 'ssh-ed25519 AAAA' }),
  privateKey: () => Promise.resolve('not a key\n'),
  forget: () => Promise.resolve(),
}
const keeper = new IncusKeeper(client, settings, keyring)
const image = { server: null, protocol: null, alias: 'sb/trixie' }
const signal = AbortSignal.timeout(300_000)
const quiet = (): void => undefined

describe('Incus in the lab', () => {
  afterAll(() => client.close())

  incusContract(() =>
    Promise.resolve({
      client,
      keeper,
      image,
      missingImage: { ...image, alias: 'sb/none' },
      bridge: 'labbr0',
      address: '10.88.0.150',
      address6: 'fd88:5a2d:9c10:1::a58:96',
      close: () => Promise.resolve(),
    }),
  )

  it('boots at the pinned address with the files that were pushed', { timeout: 60_000 }, async () => {
    const wanted: WantedInstance = {
      name: 'incus-two',
      sandbox: 'contract-2',
      sandboxName: 'two',
      host: 'two.box.example.com',
      image,
      limits: { cpus: 0.5, memory: 256 * 1024 ** 2, disk: 1024 ** 3, processes: 300 },
      nesting: false,
      ipv4: '10.88.0.151',
      ipv6: null,
      mappingKey: 'ssh-ed25519 AAAAmapping',
    }
    const subject = { name: wanted.name, sandbox: wanted.sandbox }
    const times: string[] = []
    const timed = async (what: string, work: Promise<unknown>) => {
      const start = performance.now()
      await work
      times.push(`${what} ${Math.round(performance.now() - start)} ms`)
    }
    try {
      await timed('create', keeper.apply({ kind: 'instance.create', wanted }, quiet, signal))
      await timed('prepare', keeper.apply({ kind: 'instance.prepare', wanted }, quiet, signal))
      await timed('start', keeper.apply({ kind: 'instance.start', ...subject }, quiet, signal))
      await timed('answers', expect.poll(() => answers('10.88.0.151'), { timeout: 15_000 }).toBe(200))
      expect(await fileOf(wanted.name, '/etc/hostname')).toEqual(['two\n', '0644', '0'])
      expect(await fileOf(wanted.name, '/etc/ssh/ssh_host_ed25519_key')).toEqual(['not a key\n', '0600', '0'])
      const authorized = await fileOf(wanted.name, '/home/exedev/.ssh/authorized_keys')
      expect(authorized).toEqual([`${wanted.mappingKey}\n`, '0600', '1000'])
      await timed('stop', keeper.apply({ kind: 'instance.stop', ...subject }, quiet, signal))
    } finally {
      await timed('delete', keeper.apply({ kind: 'instance.delete', ...subject }, quiet, signal))
      console.log(times.join(', '))
    }
  })

  it('makes the ACL and repairs it', async () => {
    const network = await keeper.network(signal)
    const path = '/1.0/network-acls/incus-acl'
    try {
      await ensureAcl(client, 'incus-acl', network, signal)
      const made = await client.call('GET', path)
      await client.call('PUT', path, { egress: [], ingress: [], config: {}, description: '' })
      await ensureAcl(client, 'incus-acl', network, signal)
      expect((await client.call('GET', path)).metadata).toEqual(made.metadata)
    } finally {
      await client.call('DELETE', path)
    }
  })

  it('hears of an instance at once, and outlives silences longer than one ping', { timeout: 60_000 }, async () => {
    const heard: string[] = []
    const log: string[] = []
    const handlers = {
      changed: (name: string) => void heard.push(name),
      connected: () => void log.push('connected'),
      disconnected: (reason: string) => void log.push(reason),
    }
    const events = new IncusEvents(client, handlers, 13_000)
    const subject = { name: 'incus-three', sandbox: 'contract-3' }
    const limits = { cpus: 1, memory: 256 * 1024 ** 2, disk: 1024 ** 3, processes: 300 }
    const rest = { sandboxName: 'three', host: 'three.test', image, limits, nesting: false, mappingKey: 'k' }
    events.open()
    try {
      await expect.poll(() => log).toEqual(['connected'])
      const wanted = { ...subject, ...rest, ipv4: '10.88.0.152', ipv6: null }
      await keeper.apply({ kind: 'instance.create', wanted }, quiet, signal)
      await expect.poll(() => heard).toContain('incus-three')
      await new Promise((resolve) => setTimeout(resolve, 16_000))
      expect(log).toEqual(['connected'])
    } finally {
      events.close()
      await keeper.apply({ kind: 'instance.delete', ...subject }, quiet, signal)
    }
  })

  it('connects again after a silence', { timeout: 20_000 }, async () => {
    const log: string[] = []
    const handlers = {
      changed: () => undefined,
      connected: () => void log.push('connected'),
      disconnected: (reason: string) => void log.push(reason),
    }
    const events = new IncusEvents(client, handlers, 700)
    events.open()
    await expect.poll(() => log.slice(0, 3), { timeout: 10_000 }).toEqual(['connected', 'no sign of life', 'connected'])
    events.close()
  })

  it('speaks HTTPS with a client certificate', async () => {
    const { url, ...files } = lab.incusHttps
    const [cert, key, serverCert] = await Promise.all(
      [files.cert, files.key, files.serverCert].map((file) => readFile(file, 'utf8')),
    )
    if (cert === undefined || key === undefined || serverCert === undefined) throw new Error('a file is missing')
    const remote = new IncusClient({ url, cert, key, serverCert })
    const network = await new IncusKeeper(remote, settings, keyring).network(signal)
    expect(network.name).toBe('labbr0')
    await remote.close()
  })
})

describe('an Incus that is not there', () => {
  it('is worth waiting for', async () => {
    const away = new IncusKeeper(new IncusClient({ socket: '/nonexistent/unix.socket' }), settings, keyring)
    await expect(away.observe('all', signal)).rejects.toMatchObject({ system: 'incus', retry: 'later' })
  })
})

async function answers(address: string): Promise<number> {
  try {
    const response = await request(`http://${address}:8000/`, { signal: AbortSignal.timeout(1000) })
    await response.body.dump()
    return response.statusCode
  } catch {
    return 0
  }
}

async function fileOf(instance: string, path: string): Promise<[string, unknown, unknown]> {
  const url = `${client.origin}/1.0/instances/${instance}/files?path=${path}`
  const response = await request(url, { dispatcher: client.dispatcher })
  return [await response.body.text(), response.headers['x-incus-mode'], response.headers['x-incus-uid']]
}
