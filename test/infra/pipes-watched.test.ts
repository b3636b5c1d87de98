import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FileKeyring } from '../../src/infra/sshpiper/keyring.js'
import { WorkingdirPipes } from '../../src/infra/sshpiper/pipes.js'

/** A round is a create, a change of keys and, of three, two deletes: more than a thousand. `npm run test:soak` says more. */
const ROUNDS = Number(process.env['SANDPIPER_PIPE_ROUNDS'] ?? 400)
/** Rounds that each life of the daemon lasts; not always the same, so that it dies at ever another point. */
const LIVES = [11, 31, 19, 43, 23]

/** In memory where there is such a folder: what is tested is the order of things, not how fast a disk is. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'watched-'))
const root = join(folder, 'pipes')
const keys = join(folder, 'keys')

interface Seen {
  readonly faults: readonly string[]
  readonly counts: { readonly looks: number; readonly pipes: number; readonly withKey: number }
}

const script = (name: string, ...args: readonly string[]): ChildProcess =>
  fork(join(import.meta.dirname, name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

/** One life, which ends with SIGKILL in the midst of a round; the round in which it ended. */
async function live(from: number, rounds: number): Promise<number> {
  const worker = script('pipes-worker.mjs', root, keys, String(from), String(ROUNDS))
  let round = from
  worker.on('message', (said: number | 'done') => {
    round = said === 'done' ? ROUNDS : said
    if (said === from + rounds) setTimeout(() => worker.kill('SIGKILL'), said % 5)
  })
  await once(worker, 'exit')
  return round
}

describe('the pipes folder, watched all the time', () => {
  const seconds = 60 * Math.max(1, ROUNDS / 400)

  it(
    `through ${ROUNDS} rounds of creates, changes of keys and deletes, and many a SIGKILL`,
    { timeout: seconds * 1000 },
    async () => {
      mkdirSync(root)
      const watcher = script('pipes-watcher.mjs', root)
      try {
        await once(watcher, 'message')
        let round = 0
        let lives = 0
        while (round < ROUNDS) {
          round = await live(round, LIVES[lives % LIVES.length] ?? 1)
          lives += 1
        }
        const told = once(watcher, 'message')
        watcher.send('over')
        const [{ faults, counts }] = (await told) as [Seen]
        expect(faults).toEqual([])
        expect(lives).toBeGreaterThan(ROUNDS / 60)
        // It saw them: most of the time some pipe was there, and let in by key.
        expect(counts.withKey).toBeGreaterThan(ROUNDS)
        await new WorkingdirPipes(root, new FileKeyring(keys)).sweep()
        expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([])
      } finally {
        watcher.kill()
        rmSync(folder, { recursive: true })
      }
    },
  )
})
