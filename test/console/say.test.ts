import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConsolePlatform } from '../../src/adapters/chat/console/console-platform.js'
import { NOT_RUNNING, say } from '../../src/adapters/chat/console/say-client.js'
import { SayPrinter } from '../../src/adapters/chat/console/say-print.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import { plainText } from '../../src/bot/plain-text.js'
import { card, fakeRouter, login, MemoryStore, progress } from './fixtures.js'

let folder = ''
let store = new MemoryStore()
let platform: ConsolePlatform
let flushed = 0

const ada = { platform: 'console', workspace: '', user: 'ada' }

function make(): ConsolePlatform {
  const identities = [
    { user: 'ada', name: 'Ada' },
    { user: 'grace', name: 'Grace' },
  ]
  const flush = async () => void (flushed += 1)
  const endpoints = { '/sync': async (body: unknown) => ({ echo: body }) }
  const socketPath = join(folder, 'control', 'socket')
  return new ConsolePlatform({
    page: null,
    identities,
    mayChoose: true,
    socketPath,
    store,
    banner: '',
    plainText,
    flush,
    endpoints,
    log: () => undefined,
  })
}

async function run(place: string): Promise<void> {
  const ref = await platform.post(place, 'all', progress)
  await platform.post('channel', 'all', card)
  await platform.direct({ ...ada, user: 'grace' }, { title: 'For Grace alone', blocks: [] })
  await platform.edit(ref, card)
  await platform.direct(ada, login)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-'))
  store = new MemoryStore()
  flushed = 0
  platform = make()
  await platform.start([], fakeRouter(run))
})

afterEach(async () => {
  await platform.stop()
  await rm(folder, { recursive: true })
})

async function said(words: string, more: { as?: string; yes?: boolean; json?: boolean } = {}) {
  const out: string[] = []
  const err: string[] = []
  const { as, yes = false, json = false } = more
  const socketPath = join(folder, 'control', 'socket')
  const lines = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  const code = await say({ socketPath, as, words: words.split(' '), yes, json, ...lines })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('a command prints its progress, its card and the direct message of its own asker alone', async () => {
  const { code, out, err } = await said('create myapp')
  expect([code, err, flushed]).toEqual([0, '', 1])
  expect(out).toContain('◐ Creating myapp\n  ✓ name and address reserved')
  expect(out).toContain('● myapp · running')
  expect(out).toContain("Direct message to you:\n  Login for myapp's agent\n  User      ada")
  expect(out).not.toContain('Grace')
})

test('of what is under way each thing is printed once: what it waits for, what failed, and what then worked', () => {
  const lines: string[] = []
  const printer = new SayPrinter((line) => lines.push(line))
  const step = { label: 'instance created', detail: '', seconds: 1 } as const
  const waiting = { block: 'text', inlines: ['Waiting: the host does not answer'] } as const
  const busy = (aside: string, ...blocks: PlatformMessage['blocks']): PlatformMessage =>
    ({ title: '◐ Creating myapp', aside, tone: 'busy', blocks }) as const
  for (const data of [
    busy('0:01', waiting),
    busy('0:02', waiting),
    busy('0:03', { block: 'steps', steps: [{ ...step, state: 'failed' }] }, waiting),
    busy('0:04', { block: 'steps', steps: [{ ...step, state: 'done' }] }),
  ]) {
    printer.print({ message: 'm1', text: plainText(data), data, direct: false })
  }
  expect(lines.map((line) => line.trim().replace(/ {2,}.*/, ''))).toEqual([
    '◐ Creating myapp',
    'Waiting: the host does not answer',
    '✕ instance created',
    '✓ instance created',
  ])
})

test('a secret is never given to the store, and all else is', async () => {
  await said('create myapp')
  const kept = JSON.stringify([...store.rows.values()])
  expect(kept).toContain('myapp · running')
  expect(kept).not.toContain('tidal-crane')
  const ref = await platform.post('channel', 'all', card)
  await platform.edit(ref, login)
  expect(JSON.stringify([...store.rows.values()])).not.toContain('tidal-crane')
})

test('a confirmation needs --yes, and any other missing argument is usage', async () => {
  expect(await said('delete myapp')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect(await said('delete myapp', { yes: true })).toMatchObject({ code: 0 })
  expect(await said('create', { yes: true })).toMatchObject({ code: 2, err: expect.stringContaining('Name') })
})

test('a refusal ends with 1, a stranger with 2', async () => {
  expect(await said('nonsense')).toMatchObject({ code: 1, out: expect.stringContaining('could not be created') })
  expect(await said('create x', { as: 'mallory' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('ada, grace'),
  })
})

test('--json prints each message as data and how it ended', async () => {
  const { out } = await said('create myapp', { json: true })
  const lines = out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.at(-1)).toEqual({ end: 'done' })
  expect(lines.filter((line) => line.direct === true)).toHaveLength(1)
})

test('nobody listening is a sentence', async () => {
  await platform.stop()
  expect(await said('list')).toEqual({ code: 1, out: '', err: NOT_RUNNING })
})

test('the socket is its owner’s alone; a live one is left alone, a dead one replaced, another file never', async () => {
  const path = join(folder, 'control', 'socket')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'control'))).mode & 0o777).toBe(0o700)
  await expect(make().start([], fakeRouter(run))).rejects.toThrow('already listens')
  await platform.stop()
  await writeFile(path, 'a file of someone')
  await expect(make().start([], fakeRouter(run))).rejects.toThrow()
  await rm(path)
  const dead = createServer()
  await new Promise<void>((resolve) => dead.listen(path, resolve))
  dead.close()
  await platform.start([], fakeRouter(run))
  expect(await said('create myapp')).toMatchObject({ code: 0 })
})
