import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { wantedPipe, type WantedPipe } from '../../src/core/parts/pipe.js'
import { FileKeyring } from '../../src/infra/sshpiper/keyring.js'
import { makeKeyPair, publicLineOf } from '../../src/infra/sshpiper/openssh-key.js'
import { WorkingdirPipes } from '../../src/infra/sshpiper/pipes.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'
import { temporaryFolder } from '../temporary-folder.js'

let root: string
let pipes: WorkingdirPipes
let keyring: FileKeyring
let wanted: WantedPipe

beforeEach(async () => {
  const folder = temporaryFolder()
  root = join(folder, 'pipes')
  mkdirSync(root)
  keyring = new FileKeyring(join(folder, 'keys'))
  pipes = new WorkingdirPipes(root, keyring)
  const keys = await keyring.ensure('sb1x')
  const sandbox = aSandbox({ mappingKey: keys.mapping, hostKeys: [keys.host] })
  const pipe = wantedPipe(sandbox, aState().keys, { sshPort: 22 })
  if (pipe === null) throw new Error('the fixture has a key')
  wanted = pipe
})

const write = (): Promise<void> => pipes.apply({ kind: 'pipe.write', wanted, reason: 'missing' })

describe('a key pair', () => {
  const hasKeygen = existsSync('/usr/bin/ssh-keygen')

  it.skipIf(!hasKeygen)('is one that ssh-keygen reads (skipped where there is no ssh-keygen)', () => {
    const pair = makeKeyPair()
    const file = join(root, 'key')
    writeFileSync(file, pair.privateText, { mode: 0o600 })
    const line = execFileSync('ssh-keygen', ['-y', '-f', file]).toString().trim()
    expect(line.split(' ').slice(0, 2).join(' ')).toBe(pair.publicLine)
  })

  it('shows its public half', () => {
    const pair = makeKeyPair()
    expect(publicLineOf(pair.privateText)).toBe(pair.publicLine)
    expect(publicLineOf('something else')).toBeNull()
  })

  it('stays the same until it is forgotten', async () => {
    const first = await keyring.ensure('sb1x')
    expect(await keyring.ensure('sb1x')).toEqual(first)
    await keyring.forget('sb1x')
    expect((await keyring.ensure('sb1x')).mapping).not.toBe(first.mapping)
  })
})

describe('the pipes', () => {
  it('are written so that SSHPiper takes them, and read back as they were wanted', async () => {
    await write()
    const folder = join(root, 'myapp')
    expect(readFileSync(join(folder, 'sshpiper_upstream'), 'utf8')).toBe('exedev@10.88.0.10:22\n')
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe(`10.88.0.10 ${wanted.hostKeys[0]}\n`)
    for (const file of readdirSync(folder)) expect(lstatSync(join(folder, file)).mode & 0o777).toBe(0o600)
    expect(await pipes.observe('all')).toEqual(new Map([['myapp', { owner: 'ours', pipe: wanted }]]))
    expect(readdirSync(root)).toEqual(['myapp'])
  })

  it.each([
    [22, 'exedev@[fd42::a58:a]:22\n', 'fd42::a58:a'],
    [2222, 'exedev@[fd42::a58:a]:2222\n', '[fd42::a58:a]:2222'],
  ])('lead to an IPv6 address too, at port %i', async (port, upstream, host) => {
    wanted = { ...wanted, address: 'fd42::a58:a', port }
    await write()
    expect(readFileSync(join(root, 'myapp', 'sshpiper_upstream'), 'utf8')).toBe(upstream)
    expect(readFileSync(join(root, 'myapp', 'known_hosts'), 'utf8')).toBe(`${host} ${wanted.hostKeys[0]}\n`)
    expect((await pipes.observe(['myapp'])).get('myapp')).toEqual({ owner: 'ours', pipe: wanted })
  })

  it('follow a change without ever being away', async () => {
    await write()
    const { ino } = lstatSync(join(root, 'myapp'))
    const other = makeKeyPair().publicLine
    wanted = { ...wanted, authorizedKeys: [other], hostKeys: [other], address: '10.88.0.11' }
    await write()
    expect(lstatSync(join(root, 'myapp')).ino).toBe(ino)
    expect(await pipes.observe('all')).toEqual(new Map([['myapp', { owner: 'ours', pipe: wanted }]]))
    expect(readdirSync(root)).toEqual(['myapp'])
  })

  it.each<[string, (folder: string) => void, string]>([
    ['a file is lost', (folder) => rmSync(join(folder, 'authorized_keys')), 'authorized_keys is missing'],
    ['others may read the key', (folder) => chmodSync(join(folder, 'id_rsa'), 0o644), 'others may read id_rsa'],
    [
      'the upstream was changed',
      (folder) => writeFileSync(join(folder, 'sshpiper_upstream'), 'root@1.2.3.4:22\n'),
      'a file was changed',
    ],
    ['all keys were taken out', (folder) => writeFileSync(join(folder, 'authorized_keys'), ''), 'a file was changed'],
    ['a file was put in', (folder) => writeFileSync(join(folder, 'extra'), ''), 'there are more files than ours'],
    ['others may look in', (folder) => chmodSync(folder, 0o755), 'others may look into its folder'],
  ])('show it when %s, and are whole again after a write', async (_, damage, detail) => {
    await write()
    damage(join(root, 'myapp'))
    expect((await pipes.observe(['myapp'])).get('myapp')).toEqual({
      owner: 'altered',
      name: 'myapp',
      sandbox: 'sb1x',
      detail,
    })
    await write()
    expect((await pipes.observe(['myapp'])).get('myapp')).toEqual({ owner: 'ours', pipe: wanted })
  })

  it('call a folder without our mark foreign', async () => {
    mkdirSync(join(root, 'shop'))
    expect((await pipes.observe('all')).get('shop')).toEqual({ owner: 'foreign', name: 'shop' })
  })

  it('of someone else, or of another sandbox, are neither replaced nor removed', async () => {
    mkdirSync(join(root, 'myapp'))
    writeFileSync(join(root, 'myapp', 'sshpiper_upstream'), 'them@10.0.0.1:22\n')
    await expect(write()).rejects.toMatchObject({ system: 'sshpiper', retry: 'never' })
    await pipes.apply({ kind: 'pipe.remove', name: 'myapp', sandbox: 'sb1x', reason: 'deleted' })
    expect(readFileSync(join(root, 'myapp', 'sshpiper_upstream'), 'utf8')).toBe('them@10.0.0.1:22\n')
    expect(readdirSync(root)).toEqual(['myapp'])
    rmSync(join(root, 'myapp'), { recursive: true })
    await write()
    await pipes.apply({ kind: 'pipe.remove', name: 'myapp', sandbox: 'other', reason: 'deleted' })
    expect(readdirSync(root)).toEqual(['myapp'])
  })

  it('have no name that is a path', async () => {
    const remove = { kind: 'pipe.remove', name: '../keys', sandbox: 'sb1x', reason: 'deleted' } as const
    await expect(pipes.apply(remove)).rejects.toMatchObject({ system: 'sshpiper' })
    expect(existsSync(join(root, '..', 'keys', 'sb1x'))).toBe(true)
  })

  it('that are a symlink are foreign', async () => {
    await write()
    symlinkSync(join(root, 'myapp'), join(root, 'shop'))
    expect((await pipes.observe(['shop'])).get('shop')).toEqual({ owner: 'foreign', name: 'shop' })
  })

  it('of a thousand are remembered, and a change is seen all the same', async () => {
    await write()
    for (let i = 0; i < 1000; i += 1) {
      cpSync(join(root, 'myapp'), join(root, `app${i}`), { recursive: true })
      chmodSync(join(root, `app${i}`), 0o700)
    }
    // What has just been written is too young to be remembered.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect((await pipes.observe('all')).size).toBe(1001)
    writeFileSync(join(root, 'app7', 'sshpiper_upstream'), 'exedev@10.88.0.99:22\n')
    chmodSync(join(root, 'app8', 'id_rsa'), 0o644)
    writeFileSync(join(root, 'app9', 'extra'), '')
    rmSync(join(root, 'app10'), { recursive: true })
    const seen = await pipes.observe('all')
    expect(seen.get('app7')).toMatchObject({ detail: 'a file was changed' })
    expect(seen.get('app8')).toMatchObject({ detail: 'others may read id_rsa' })
    expect(seen.get('app9')).toMatchObject({ detail: 'there are more files than ours' })
    expect(seen.has('app10')).toBe(false)
  })

  it('are gone after a remove, which may run twice', async () => {
    await write()
    const remove = { kind: 'pipe.remove', name: 'myapp', sandbox: 'sb1x', reason: 'deleted' } as const
    await pipes.apply(remove)
    await pipes.apply(remove)
    expect(readdirSync(root)).toEqual([])
  })

  it('are swept of half-built folders', async () => {
    await write()
    mkdirSync(join(root, '.sandpiper-half'))
    writeFileSync(join(root, '.sandpiper-half', 'id_rsa'), 'secret')
    await pipes.sweep()
    expect(readdirSync(root)).toEqual(['myapp'])
  })

  it('are not swept while they are being built', async () => {
    let isOver = false
    const sweep = async (): Promise<void> => {
      while (!isOver) await pipes.sweep()
    }
    const rewrite = async (): Promise<void> => {
      try {
        for (let i = 0; i < 50; i += 1) await write()
      } finally {
        isOver = true
      }
    }
    await Promise.all([sweep(), rewrite()])
    expect(await pipes.observe('all')).toEqual(new Map([['myapp', { owner: 'ours', pipe: wanted }]]))
    expect(readdirSync(root)).toEqual(['myapp'])
  })
})
