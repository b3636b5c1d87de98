import { execa } from 'execa'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lane } from '../crash/lane.js'
import { becomesWhole, settles } from '../crash/whole.js'
import { visit } from '../scenario/visit.js'
import { SmallDisk } from './small-disk.js'
import { labStage } from './stage.js'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM'
const FULL = 'I cannot write anything down: the disk of the state folder is full. Nothing was changed.'
const FAULTY =
  'I cannot write anything down: the disk of the state folder cannot be read or written. Nothing was changed.'
const SOON = { timeout: 30_000, interval: 50 }

function laneOnADisk(at: (lane: Lane) => string): { readonly lane: () => Lane; readonly disk: () => SmallDisk } {
  let lane: Lane
  let disk: SmallDisk
  beforeAll(async () => {
    lane = new Lane(await labStage())
    disk = new SmallDisk(at(lane))
    await disk.make()
    await lane.daemon.start()
    await lane.hostAnswers()
    await lane.does('keys', 'add', KEY)
    await lane.does('create', 'blog')
  })
  afterAll(async () => {
    await lane.daemon.kill()
    await disk.remove()
    await lane.close()
  })
  return { lane: () => lane, disk: () => disk }
}

/** Says it, and sees that it is refused with this, that nothing came of it, and that what was there still answers. */
async function refused(lane: Lane, words: string, sentence: string): Promise<void> {
  expect(await lane.daemon.say(...words.split(' '))).toBe(1)
  expect(lane.daemon.heard.join('\n')).toContain(sentence)
  expect((await lane.outside.instances()).map(({ name }) => name)).toEqual([lane.facts('blog').instance])
  expect(lane.sandbox('shop')).toBeUndefined()
  expect((await visit(lane.stage.host, lane.facts('blog').host)).status).toBe(200)
}

describe('lab: a state folder whose disk is full', () => {
  const { lane, disk } = laneOnADisk(({ daemon }) => daemon.state)

  it.each(['create shop', 'stop blog', 'keys remove nothing', 'list', 'credentials blog'])(
    'refuses "%s" with the reason',
    async (words) => {
      disk().fill()
      await refused(lane(), words, FULL)
      expect(lane().daemon.log()).toContain('SQLITE_FULL')
      disk().empty()
    },
  )

  it('goes on by itself where it filled up in the middle of a create, once there is room', async () => {
    const created = lane().daemon.say('create', 'shop')
    await expect.poll(() => lane().daemon.heard.join(''), SOON).toContain('instance')
    disk().fill()
    const faults = lane().daemon.log().length
    await expect.poll(() => lane().daemon.log().slice(faults), SOON).toContain('SQLITE_FULL')
    disk().empty()
    expect(await created).toBe(0)
    // What it could not write down was logged as an error, and was one: the host's.
    await settles(lane())
    expect((await visit(lane().stage.host, lane().facts('shop').host)).status).toBe(200)
    await lane().does('delete', 'shop')
  })
})

describe('lab: a state folder that turns read-only under the daemon', () => {
  const { lane, disk } = laneOnADisk(({ daemon }) => daemon.state)

  it('refuses with the reason, and works again once it is repaired', async () => {
    await disk().fail()
    await refused(lane(), 'create shop', FAULTY)
    await refused(lane(), 'delete blog', FAULTY)
    expect(lane().daemon.log()).toMatch(/SQLITE_(READONLY|IOERR)/)
    await lane().daemon.kill()
    await disk().repair()
    await lane().daemon.start()
    await lane().hostAnswers()
    await lane().does('create', 'shop')
    await settles(lane())
  })
})

describe('lab: a pipes folder whose disk fails', () => {
  const { lane, disk } = laneOnADisk(({ daemon }) => daemon.pipes)

  it('full: the person is told what it waits for, and it goes on by itself once there is room', async () => {
    disk().fill()
    const created = lane().daemon.say('create', 'shop')
    await expect.poll(() => lane().daemon.heard.join('\n'), SOON).toContain("the host's disk is full; trying again")
    disk().empty()
    expect(await created).toBe(0)
    await becomesWhole(lane())
  })

  it('read-only: the same, and a repaired one is written to', async () => {
    await disk().fail()
    const deleted = lane().daemon.say('delete', 'shop')
    await expect.poll(() => lane().daemon.heard.join('\n'), SOON).toContain("the host's disk is read-only")
    await disk().repair()
    expect(await deleted).toBe(0)
    // Who looked while it was unmounted saw an empty folder; the next tick, which this daemon lacks, looks again.
    await lane().does('sync', 'repair')
    await becomesWhole(lane())
  })
})

describe('lab: the service on a state folder that cannot be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-'))
  const state = join(folder, 'state')
  const disk = new SmallDisk(state)
  const serve = async (): Promise<{ readonly code: number | undefined; readonly text: string }> => {
    const file = join(folder, 'config.toml')
    writeFileSync(file, `[service]\nstate_folder = "${state}"\n[domains]\nbase = "box.test"\n`)
    const program = join(import.meta.dirname, '../../bin/sandpiper.js')
    const ended = await execa(process.execPath, [program, 'serve', '--config', file], {
      reject: false,
      timeout: 10_000,
    })
    return { code: ended.exitCode, text: ended.stderr }
  }
  beforeAll(() => disk.make())
  afterAll(async () => {
    await disk.remove()
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['full', async (): Promise<void> => disk.fill(), /its disk is full|the disk of the state folder is full/],
    ['read-only', (): Promise<void> => disk.fail(), /it is read-only|the state folder is read-only|cannot be read or/],
  ])('%s: does not start, and says what to do', async (_what, spoil, why) => {
    await spoil()
    const { code, text } = await serve()
    expect(code).toBe(1)
    expect(text).toMatch(why)
    expect(text).toContain(`The state folder ${state} cannot be used`)
    expect(text).toContain('or set another state_folder in [service].')
  })
})
