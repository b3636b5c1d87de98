import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConsoleLog } from '../../src/infra/incus/console-log.js'
import { exec } from '../../src/infra/incus/exec.js'
import { operationsOn } from '../../src/infra/incus/operations.js'
import { listFolder, pullFile } from '../../src/infra/incus/pull.js'
import { deleteSnapshot, listSnapshots, restoreSnapshot, takeSnapshot } from '../../src/infra/incus/snapshots.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import type { IncusWorld } from './incus.js'

const signal = AbortSignal.timeout(240_000)
const quiet = (): void => undefined
/** It runs from the beginning of the suite. */
export const inside = 'incus-inside'
const name = inside
const subject = { name, sandbox: 'contract-inside' }

/** What can be done to the inside of an instance: commands, files, console, snapshots. */
export function incusInsideContract(make: () => Promise<IncusWorld>): void {
  let world: IncusWorld
  const power = (kind: 'instance.start' | 'instance.stop' | 'instance.delete') =>
    world.keeper.apply({ kind, ...subject }, quiet, signal)

  beforeAll(async () => {
    world = await make()
    const wanted = {
      ...subject,
      sandboxName: 'inside',
      host: 'inside.box.example.com',
      image: world.image,
      limits: { cpus: 2, memory: 512 * 1024 ** 2, disk: 2 * 1024 ** 3, processes: 500 },
      nesting: false,
      ipv4: world.address,
      ipv6: null,
      mappingKey: 'ssh-ed25519 AAAAinside',
    }
    await world.keeper.apply({ kind: 'instance.create', wanted }, quiet, signal)
    await power('instance.start')
  }, 60_000)
  afterAll(async () => {
    await power('instance.delete')
    await world.close()
  }, 60_000)

  describe('its SSH host keys', () => {
    const put = (path: string, text: string) => world.client.push(name, path, text, { mode: '0600' }, signal)

    it('are seen by their public halves; a private one without it is told, too', async () => {
      const { publicLine, privateText } = makeKeyPair()
      await put('/etc/ssh/ssh_host_rsa_key', privateText)
      await put('/etc/ssh/ssh_host_ecdsa_key', privateText)
      await put('/etc/ssh/ssh_host_ecdsa_key.pub', `${publicLine} root@inside\n`)
      await put('/etc/ssh/ssh_host_ed25519_key', privateText)
      await put('/etc/ssh/ssh_host_ed25519_key.pub', 'ssh-ed25519 nonsense')
      await put('/etc/ssh/ssh_host_gone_key.pub', `${publicLine}\n`)
      expect(await world.keeper.hostKeys(name, signal)).toEqual({ lines: [publicLine], bare: ['ed25519', 'rsa'] })
    })

    it('are asked of nobody where there is no such instance', async () => {
      await expect(world.keeper.hostKeys('incus-nobody', signal)).rejects.toMatchObject({ system: 'incus' })
    })
  })

  it('tells how full its disk is, and what the kernel ended; null for what is not measured', async () => {
    const { diskUsed, diskSize, memoryKills } = await world.keeper.health(name, 4 * 1024 ** 3, signal)
    expect([2 * 1024 ** 3, 4 * 1024 ** 3]).toContain(diskSize)
    expect(diskUsed === null || (diskUsed > 0 && diskUsed < diskSize)).toBe(true)
    expect(memoryKills === null || memoryKills >= 0).toBe(true)
  })

  describe('a command', () => {
    const run = (
      ...[command, options]: Parameters<typeof exec> extends [unknown, unknown, ...infer Rest] ? Rest : never
    ) => exec(world.client, name, command, options)

    it('tells its output and its exit code', async () => {
      const silent = { stdout: '', stderr: '', truncated: false }
      expect(await run(['echo', 'hello'])).toEqual({ ...silent, exitCode: 0, stdout: 'hello\n' })
      expect(await run(['false'])).toEqual({ ...silent, exitCode: 1 })
      const failed = await run(['cat', '/no/such'])
      expect(failed).toEqual({ ...silent, exitCode: 1, stderr: 'cat: /no/such: No such file or directory\n' })
    })

    it('gets its arguments to the letter', async () => {
      expect((await run(['echo', '$HOME', '`id`; "a  b"'])).stdout).toBe('$HOME `id`; "a  b"\n')
    })

    it('reads what it is given', async () => {
      expect((await run(['cat'], { stdin: 'geheim ü\n' })).stdout).toBe('geheim ü\n')
      expect((await run(['cat'])).stdout).toBe('')
    })

    it('may say more than is kept', async () => {
      const stdin = '0123456789'.repeat(20_000)
      expect(await run(['cat'], { stdin, maxBytes: 999 })).toMatchObject({
        stdout: stdin.slice(0, 999),
        truncated: true,
      })
      const whole = { stdout: stdin, truncated: false }
      expect(await run(['cat'], { stdin, maxBytes: stdin.length })).toMatchObject(whole)
    })

    it('is killed when it takes too long', async () => {
      const error = { retry: 'later', sentence: 'the command in the sandbox took too long' }
      await expect(run(['sleep', '300'], { limitMs: 500 })).rejects.toMatchObject(error)
      expect(await operationsOn(world.client, name)).toEqual([])
    })

    it('is killed when nobody wants it any more', async () => {
      const waiting = new AbortController()
      const running = run(['sleep', '300'], { signal: waiting.signal })
      await expect.poll(() => operationsOn(world.client, name)).toHaveLength(1)
      waiting.abort(new Error('enough'))
      await expect(running).rejects.toThrow('enough')
      // Aborted before Incus had answered it never begins, and is forgotten after 10 s.
      await expect.poll(() => operationsOn(world.client, name), { timeout: 15_000 }).toEqual([])
    })

    it('has to be there', async () => {
      await expect(run(['no-such-program'])).rejects.toMatchObject({ retry: 'never', words: 'Command not found' })
    })
  })

  describe('a file', () => {
    const pull = (path: string, maxBytes?: number) =>
      pullFile(world.client, name, path, maxBytes === undefined ? {} : { maxBytes })
    const list = (path: string) => listFolder(world.client, name, path)

    it('comes back as it was pushed', async () => {
      const marks = { mode: '0640', uid: 1000, gid: 1000 }
      await world.client.push(name, '/root/note', 'zwölf\n', marks)
      expect(await pull('/root/note')).toEqual({ content: Buffer.from('zwölf\n'), ...marks })
    })

    it('may be absent', async () => {
      expect(await pull('/root/none')).toBeNull()
      expect(await pull('/no/such/folder/none')).toBeNull()
      await expect(pullFile(world.client, 'incus-none', '/etc/hostname')).rejects.toMatchObject({ status: 404 })
    })

    it('comes whole or not at all', async () => {
      await world.client.push(name, '/root/large', 'x'.repeat(100_000), { mode: '0600' })
      expect((await pull('/root/large', 100_000))?.content.length).toBe(100_000)
      await expect(pull('/root/large', 99_999)).rejects.toMatchObject({ retry: 'never' })
    })

    it('lies in a folder, which can be listed', async () => {
      await world.client.push(name, '/root/folder', '', { type: 'directory', mode: '0755' })
      expect(await list('/root/folder')).toEqual([])
      for (const file of ['b', 'a', 'ä']) await world.client.push(name, `/root/folder/${file}`, '', { mode: '0600' })
      expect(await list('/root/folder')).toEqual(['a', 'b', 'ä'])
      expect(await list('/root/none')).toBeNull()
      await expect(pull('/root/folder')).rejects.toMatchObject({ retry: 'never' })
      await expect(list('/root/note')).rejects.toMatchObject({ retry: 'never' })
    })
  })

  describe('a snapshot', () => {
    const list = () => listSnapshots(world.client, name)
    const write = (text: string) => world.client.push(name, '/root/state', text, { mode: '0600' })
    const read = async () => (await pullFile(world.client, name, '/root/state'))?.content.toString()

    it('is taken, twice, and listed with its note and date', async () => {
      const before = Date.now()
      await write('before')
      await takeSnapshot(world.client, name, { name: 'first', note: 'before the upgrade' })
      await write('after')
      await takeSnapshot(world.client, name, { name: 'first', note: 'another' })
      await takeSnapshot(world.client, name, { name: 'second', note: '' })
      const [first, second, ...more] = await list()
      expect(first).toMatchObject({ name: 'first', note: 'before the upgrade' })
      expect(second).toMatchObject({ name: 'second', note: '' })
      expect(more).toEqual([])
      expect(first?.createdAt.getTime()).toBeGreaterThan(before - 5_000)
      expect(first?.createdAt.getTime()).toBeLessThan(Date.now() + 5_000)
      expect(first?.size === null || Number(first?.size) > 0).toBe(true)
    })

    it('has no note of ours when somebody else took it', async () => {
      await takeSnapshot(world.client, name, { name: 'ours', note: 'ours' })
      const { operation } = await world.client.call('POST', `/1.0/instances/${name}/snapshots`, { name: 'theirs' })
      await world.client.call('GET', `${operation}/wait?timeout=5`)
      expect((await list()).slice(-2)).toMatchObject([{ note: 'ours' }, { name: 'theirs', note: '' }])
    })

    it('is restored, twice, and what ran runs on', { timeout: 60_000 }, async () => {
      await restoreSnapshot(world.client, name, 'first')
      expect(await read()).toBe('before')
      await restoreSnapshot(world.client, name, 'first')
      expect(await read()).toBe('before')
      expect((await world.keeper.observe([name], signal)).get(name)?.power).toBe('running')
    })

    it('is deleted, twice', async () => {
      await deleteSnapshot(world.client, name, 'first')
      await deleteSnapshot(world.client, name, 'first')
      expect((await list()).map((snapshot) => snapshot.name)).toEqual(['second', 'ours', 'theirs'])
    })

    it('has to be there to be restored', async () => {
      const refusal = { retry: 'never', sentence: 'there is no snapshot `first`' }
      await expect(restoreSnapshot(world.client, name, 'first')).rejects.toMatchObject(refusal)
    })
  })

  it('has a console, the end of which can be read', { timeout: 60_000 }, async () => {
    const log = () => readConsoleLog(world.client, name)
    await expect.poll(log, { timeout: 30_000 }).toMatch(/login: *\n?$/)
    await power('instance.stop')
    const lines = (await log()).split('\n')
    const [last] = lines.slice(-1)
    const short = await readConsoleLog(world.client, name, { maxBytes: 100 })
    expect(short.length).toBeLessThanOrEqual(100)
    expect(lines.slice(-short.split('\n').length)).toEqual(short.split('\n'))
    expect(short.split('\n').at(-1)).toBe(last)
  })

  it('takes no command when it does not run', async () => {
    await power('instance.stop')
    await expect(exec(world.client, name, ['true'])).rejects.toMatchObject({ words: 'Instance is not running' })
  })
}
