import { randomInt } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Passwords } from '../core/ports.js'

/** bcrypt's cost: about 0.1 s of CPU a hash. */
const COST = 10

/** A worker is a file to Node; this one is a line, so that it runs the same from sources and from dist. */
const WORKER = `
  const { parentPort } = require('node:worker_threads')
  const bcrypt = import(process.argv[2])
  parentPort.on('message', async ({ id, password }) => {
    const { hash } = (await bcrypt).default
    parentPort.postMessage({ id, hash: await hash(password, ${COST}) })
  })
`

/** Consonants and vowels that sound the same to most people; no `l`, `o` or digits that look like letters. */
const CONSONANTS = 'bdfghkmnprstvz'
const VOWELS = 'aeiu'

/**
 * Makes passwords of four pronounceable syllable pairs and four digits (`kabi-tenu-4071-sora-vimi`), and their bcrypt hashes in
 * a worker thread. A pair is one of 14 × 4 × 14 × 4 = 3,136; in all 3,136⁴ × 10,000, or 59 bits.
 */
export class WorkerPasswords implements Passwords {
  private readonly worker = new Worker(WORKER, { eval: true, argv: [import.meta.resolve('bcryptjs')] })
  private readonly waiting = new Map<number, { resolve: (hash: string) => void; reject: (error: Error) => void }>()
  private count = 0

  constructor() {
    this.worker.unref()
    this.worker.on('message', ({ id, hash }: { id: number; hash: string }) => {
      this.waiting.get(id)?.resolve(hash)
      this.waiting.delete(id)
    })
    this.worker.on('error', (error: Error) => this.fail(error))
    this.worker.on('exit', () => this.fail(new Error('the password worker ended')))
  }

  async make(): Promise<{ readonly password: string; readonly hash: string }> {
    const digits = String(randomInt(10_000)).padStart(4, '0')
    const password = [pair(), pair(), digits, pair(), pair()].join('-')
    const id = this.count++
    const hash = await new Promise<string>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      this.worker.postMessage({ id, password })
    })
    return { password, hash }
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

function pair(): string {
  return [CONSONANTS, VOWELS, CONSONANTS, VOWELS].map((letters) => letters.charAt(randomInt(letters.length))).join('')
}
