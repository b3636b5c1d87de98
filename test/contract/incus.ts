import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WantedInstance } from '../../src/core/parts/instance.js'
import type { InstanceKeeper } from '../../src/core/ports.js'
import type { ImageSource } from '../../src/core/sandbox.js'
import { pullFile, readLink } from '../../src/infra/incus/pull.js'
import type { IncusClient } from '../../src/infra/incus/client.js'

export interface IncusWorld {
  readonly client: IncusClient
  readonly keeper: InstanceKeeper
  /** One that is there at once. */
  readonly image: ImageSource
  readonly missingImage: ImageSource
  readonly bridge: string
  /** An address that is free for this suite. */
  readonly address: string
  /** One that its bridge can pin, too. */
  readonly address6: string
  /** After the suite, which deletes its instance itself. */
  close(): Promise<void>
}

const signal = AbortSignal.timeout(120_000)
const quiet = (): void => undefined

/** What every InstanceKeeper must do; the lab's Incus and the simulator both pass it. */
export function incusContract(make: () => Promise<IncusWorld>): void {
  let world: IncusWorld
  let wanted: WantedInstance
  const subject = () => ({ name: wanted.name, sandbox: wanted.sandbox })
  const seen = async () => (await world.keeper.observe([wanted.name], signal)).get(wanted.name)

  beforeAll(async () => {
    world = await make()
    wanted = {
      name: 'incus-one',
      sandbox: 'contract-1',
      sandboxName: 'one',
      host: 'one.box.example.com',
      image: world.image,
      limits: { cpus: 2, memory: 512 * 1024 ** 2, disk: 2 * 1024 ** 3, processes: 500 },
      nesting: false,
      ipv4: world.address,
      ipv6: world.address6,
      mappingKey: 'ssh-ed25519 AAAAone',
    }
  }, 60_000)
  afterAll(async () => {
    await world.keeper.apply({ kind: 'instance.delete', ...subject() }, quiet, signal)
    await world.close()
  }, 60_000)

  it('tells the network', async () => {
    const network = await world.keeper.network(signal)
    expect(network.name).toBe(world.bridge)
    expect(network.ipv4).toMatch(/^[\d.]+\/\d+$/)
    expect(network.ipv6).toMatch(/^[\da-f:]+\/\d+$/)
    expect(network.pinsIpv6).toBe(true)
    expect(network.dhcpRanges.length).toBeGreaterThan(0)
  })

  it('tells what the host has left', async () => {
    const at = new Date()
    const { memory, disk, at: asked } = await world.keeper.room(at, signal)
    expect(asked).toBe(at)
    for (const { free, total } of [memory, disk]) {
      expect(total).toBeGreaterThan(0)
      expect(free).toBeGreaterThan(0)
      expect(free).toBeLessThanOrEqual(total)
    }
  })

  it('does not see what is not there', async () => {
    expect(await seen()).toBeUndefined()
  })

  it('creates, twice, and sees just what was wanted', { timeout: 60_000 }, async () => {
    await world.keeper.apply({ kind: 'instance.create', wanted }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.create', wanted }, quiet, signal)
    expect(await seen()).toMatchObject({
      name: wanted.name,
      sandbox: wanted.sandbox,
      sandboxName: 'one',
      power: 'stopped',
      limits: wanted.limits,
      nesting: false,
      ipv4: wanted.ipv4,
      ipv6: wanted.ipv6,
      mappingKey: wanted.mappingKey,
      nicIsOurs: true,
    })
  })

  it('shows the same in a listing as by name', async () => {
    const all = await world.keeper.observe('all', signal)
    expect(all.get(wanted.name)).toEqual(await seen())
  })

  it('prepares, twice', { timeout: 60_000 }, async () => {
    await world.keeper.apply({ kind: 'instance.prepare', wanted }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.prepare', wanted }, quiet, signal)
  })

  it('starts, twice', { timeout: 60_000 }, async () => {
    await world.keeper.apply({ kind: 'instance.start', ...subject() }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.start', ...subject() }, quiet, signal)
    expect((await seen())?.power).toBe('running')
  })

  it('reconfigures what is asked for', { timeout: 60_000 }, async () => {
    wanted = { ...wanted, sandboxName: 'uno', limits: { ...wanted.limits, processes: 600 } }
    await world.keeper.apply({ kind: 'instance.reconfigure', wanted, fields: ['limits', 'mark'] }, quiet, signal)
    expect(await seen()).toMatchObject({ limits: wanted.limits, sandboxName: 'uno', nicIsOurs: true })
  })

  it('gives it another address of either family, and knows it as leased', { timeout: 60_000 }, async () => {
    const { ipv4, ipv6 } = wanted
    await world.keeper.apply(
      { kind: 'instance.reconfigure', wanted: { ...wanted, ipv6: null }, fields: ['address'] },
      quiet,
      signal,
    )
    expect(await seen()).toMatchObject({ ipv4, ipv6: null, nicIsOurs: true })
    await world.keeper.apply({ kind: 'instance.reconfigure', wanted, fields: ['address'] }, quiet, signal)
    expect(await seen()).toMatchObject({ ipv4, ipv6, nicIsOurs: true })
    expect((await world.keeper.network(signal)).leased).toEqual(expect.arrayContaining([ipv4, ipv6]))
  })

  it('authorizes another key', { timeout: 60_000 }, async () => {
    wanted = { ...wanted, mappingKey: 'ssh-ed25519 AAAAtwo' }
    await world.keeper.apply({ kind: 'instance.authorize', wanted }, quiet, signal)
    expect((await seen())?.mappingKey).toBe(wanted.mappingKey)
  })

  it('restarts, which shows in lastUsedAt', { timeout: 90_000 }, async () => {
    const before = (await seen())?.lastUsedAt
    await world.keeper.apply({ kind: 'instance.restart', ...subject() }, quiet, signal)
    const after = await seen()
    expect(after?.power).toBe('running')
    expect(after?.lastUsedAt).not.toBe(before)
  })

  it('touches nothing that carries another mark', async () => {
    for (const kind of ['instance.stop', 'instance.delete', 'instance.start', 'instance.restart'] as const) {
      const change = { kind, name: wanted.name, sandbox: 'another' }
      await expect(world.keeper.apply(change, quiet, signal)).rejects.toMatchObject({ retry: 'never' })
    }
    const create = { kind: 'instance.create', wanted: { ...wanted, sandbox: 'another' } } as const
    await expect(world.keeper.apply(create, quiet, signal)).rejects.toMatchObject({ retry: 'never' })
    expect((await seen())?.power).toBe('running')
  })

  it('stops, twice', { timeout: 90_000 }, async () => {
    await world.keeper.apply({ kind: 'instance.stop', ...subject() }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.stop', ...subject() }, quiet, signal)
    expect((await seen())?.power).toBe('stopped')
  })

  it('gives an image a user of ours where it has none, and takes the mask off its sshd', async () => {
    const { client, keeper } = world
    const text = async (path: string) => (await pullFile(client, wanted.name, path))?.content.toString() ?? ''
    const without = async (path: string, mode: string) => {
      const lines = (await text(path)).split('\n').filter((line) => line !== '' && !line.startsWith('exedev:'))
      await client.push(wanted.name, path, `${['other:x:7:7::/:/bin/sh', ...lines].join('\n')}\n`, { mode })
    }
    await without('/etc/passwd', '0644')
    await without('/etc/shadow', '0640')
    const mask = '/etc/systemd/system/ssh.service'
    await client.push(wanted.name, mask, '/dev/null', { type: 'symlink', mode: '0777' })
    for (const _ of ['once', 'twice']) await keeper.apply({ kind: 'instance.prepare', wanted }, quiet, signal)
    const passwd = (await text('/etc/passwd')).split('\n')
    expect(passwd[0]).toBe('exedev:x:1000:1000::/home/exedev:/bin/bash')
    expect(passwd.filter((line) => line.startsWith('exedev:'))).toHaveLength(1)
    expect((await text('/etc/shadow')).split('\n')[0]).toBe('exedev:*:19000:0:99999:7:::')
    expect(await readLink(client, wanted.name, mask)).toBeNull()
    expect(await readLink(client, wanted.name, '/etc/systemd/system/multi-user.target.wants/ssh.service')).toBe(
      '/usr/lib/systemd/system/ssh.service',
    )
  })

  it('deletes even what runs, twice', { timeout: 60_000 }, async () => {
    await world.keeper.apply({ kind: 'instance.start', ...subject() }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.delete', ...subject() }, quiet, signal)
    await world.keeper.apply({ kind: 'instance.delete', ...subject() }, quiet, signal)
    expect(await seen()).toBeUndefined()
  })

  it('says for good that an image does not exist', { timeout: 60_000 }, async () => {
    const change = { kind: 'instance.create', wanted: { ...wanted, image: world.missingImage } } as const
    const refusal = { retry: 'never', sentence: `the image \`${world.missingImage.alias}\` does not exist` }
    await expect(world.keeper.apply(change, quiet, signal)).rejects.toMatchObject(refusal)
    expect(await seen()).toBeUndefined()
  })

  it('obeys an abort', async () => {
    await expect(world.keeper.observe('all', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
}
