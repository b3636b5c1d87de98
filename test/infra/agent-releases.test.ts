import fc from 'fast-check'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InfraError } from '../../src/core/errors.js'
import { checksumOf, compareVersions } from '../../src/infra/agent/release.js'
import { ReleaseStore } from '../../src/infra/agent/release-store.js'
import { ReleaseServer, type Fault } from '../peers/release-server.js'

const never = new AbortController().signal
const both = (text: string) => ({ amd64: `${text} for amd64 ${'x'.repeat(5000)}`, arm64: `${text} for arm64` })

let server: ReleaseServer
let folder: string
const stores: ReleaseStore[] = []

function open(keep = 2): ReleaseStore {
  const limits = { textMs: 300, buildMs: 400, maxBuildBytes: 100_000 }
  const store = new ReleaseStore({ folder: join(folder, 'agent'), url: server.url, keep, limits })
  stores.push(store)
  return store
}

const files = () => readdirSync(join(folder, 'agent')).sort()

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releases-'))
  server = await new ReleaseServer().start()
  server.publish('v0.9.1', both('one'))
})
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
  await server.stop()
  rmSync(folder, { recursive: true })
})

describe('the releases of the agent', () => {
  it('are downloaded once, for whoever asks, and by whichever process', async () => {
    const store = open()
    const all = await Promise.all([1, 2, 3].map(() => store.take('amd64', never)))
    const path = all[0]?.build.path ?? ''
    expect(new Set(all.map(({ build }) => build.path)).size).toBe(1)
    expect(readFileSync(path, 'utf8')).toBe(both('one').amd64)
    expect(all[0]).toMatchObject({ build: { version: 'v0.9.1', architecture: 'amd64' }, remark: null })
    await open().take('amd64', never)
    expect(server.downloads).toBe(1)
  })

  it('are there for each architecture', async () => {
    const { build } = await open().take('arm64', never)
    expect(readFileSync(build.path, 'utf8')).toBe('one for arm64')
  })

  it('are not asked for again for every sandbox', async () => {
    const store = open()
    await store.take('amd64', never)
    const asked = server.requests.length
    await store.take('amd64', never)
    expect(server.requests).toHaveLength(asked)
  })

  it('say how far a download is', async () => {
    const told: string[] = []
    await open().take('amd64', never, (text) => told.push(text))
    expect(told.at(-1)).toBe('downloading Shelley v0.9.1, 100 %')
  })

  it('are kept in a bounded number, the newest ones', async () => {
    const store = open(2)
    for (const tag of ['v0.9.1', 'v0.10.0', 'v0.9.2']) {
      server.publish(tag, both(tag))
      await store.refresh('amd64', never)
    }
    expect(files().map((name) => name.split('.linux')[0])).toEqual(['v0.10.0', 'v0.9.2'])
    expect(store.newest()).toBe('v0.9.2')
  })

  it.each<[Fault, RegExp, 'later' | 'never']>([
    ['wrong checksum', /v0\.9\.1 does not match its checksum and was thrown away/, 'never'],
    ['truncated', /the download of Shelley broke off/, 'later'],
    ['truncated, chunked', /does not match its checksum/, 'never'],
    ['no checksums', /comes without a checksum/, 'never'],
    ['hangs', /did not answer within 0.3 s/, 'later'],
    ['hangs in the build', /did not answer within 0.4 s/, 'later'],
    ['error', /answered with an error \(503\)/, 'later'],
    ['not JSON', /something that I do not understand/, 'later'],
    ['evil tag', /something that I do not understand/, 'later'],
  ])('are refused where the server has this fault: %s', async (fault, sentence, retry) => {
    server.fault = fault
    const error: unknown = await open()
      .take('amd64', never)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InfraError)
    expect(error).toMatchObject({ system: 'agent', retry, sentence: expect.stringMatching(sentence) as string })
    mkdirSync(join(folder, 'agent'), { recursive: true })
    expect(files()).toEqual([])
    server.fault = 'none'
    expect((await open().take('amd64', never)).build.version).toBe('v0.9.1')
  })

  it.each<Fault>(['wrong checksum', 'truncated', 'hangs', 'error', 'not JSON'])(
    'are served from what is kept where the server has this fault: %s',
    async (fault) => {
      await open().take('amd64', never)
      server.publish('v0.9.2', both('two'))
      server.fault = fault
      const taken = await open().take('amd64', never)
      expect(taken.build.version).toBe('v0.9.1')
      expect(taken.remark).not.toBeNull()
    },
  )

  it('are served from what is kept where the server is down', async () => {
    await open().take('amd64', never)
    await server.stop()
    expect(await open().take('amd64', never)).toMatchObject({
      build: { version: 'v0.9.1' },
      remark: 'the release server of Shelley cannot be reached',
    })
    await expect(open().take('arm64', never)).rejects.toMatchObject({ retry: 'later' })
  })

  it('need a build for this architecture', async () => {
    server.publish('v1.0.0', { amd64: 'only this' })
    await expect(open().take('arm64', never)).rejects.toMatchObject({
      retry: 'never',
      sentence: 'Shelley v1.0.0 has no build for this host (linux arm64)',
    })
  })

  it('are not taken from a file that has changed on the disk', async () => {
    const { build } = await open().take('amd64', never)
    writeFileSync(build.path, 'something else')
    const again = await open().take('amd64', never)
    expect(readFileSync(again.build.path, 'utf8')).toBe(both('one').amd64)
    expect(server.downloads).toBe(2)
  })

  it('leave nothing of a download that a dead process was at', async () => {
    mkdirSync(join(folder, 'agent'))
    writeFileSync(join(folder, 'agent', '.part-1'), 'half')
    await open().take('amd64', never)
    expect(files()).toHaveLength(1)
  })

  it('come to the others where one of those who wait gives up', async () => {
    const store = open()
    const gone = new AbortController()
    const first = store.take('amd64', gone.signal).catch((error: Error) => error.message)
    const second = store.take('amd64', never)
    gone.abort(new Error('cancelled'))
    expect(await first).toBe('cancelled')
    expect((await second).build.version).toBe('v0.9.1')
  })

  it('can be had by version while they are kept', async () => {
    const store = open(2)
    await store.refresh('amd64', never)
    server.publish('v0.9.2', both('two'))
    expect((await store.version('v0.9.2', 'amd64', never, () => {})).version).toBe('v0.9.2')
    expect((await store.version('v0.9.1', 'amd64', never, () => {})).version).toBe('v0.9.1')
    await expect(store.version('v0.1', 'amd64', never, () => {})).rejects.toMatchObject({
      sentence: 'Shelley v0.1 cannot be had any more; the newest is v0.9.2',
    })
  })
})

describe('versions', () => {
  it('compare by their numbers', () => {
    expect(['v0.9.1', 'v0.10.0', 'v0.9.12', 'v1'].sort(compareVersions)).toEqual(['v0.9.1', 'v0.9.12', 'v0.10.0', 'v1'])
  })

  it('have one order', () => {
    const versions = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((parts) => `v${parts.join('.')}`)
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
        expect(compareVersions(a, b) === 0).toBe(a === b)
      }),
    )
  })
})

it('a checksum is of the whole name', () => {
  const sum = 'a'.repeat(64)
  const text = `${'b'.repeat(64)}  shelley_linux_amd64.sbom\n${sum} *shelley_linux_amd64\nnot a line\n`
  expect(checksumOf(text, 'shelley_linux_amd64')).toBe(sum)
  expect(checksumOf(text, 'linux_amd64')).toBeNull()
})
