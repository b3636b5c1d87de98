import { randomInt } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Passwords } from '../core/ports.js'
import { passwordWords } from './password-words.js'

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

interface Waiting {
  readonly resolve: (hash: string) => void
  readonly reject: (error: Error) => void
}

/**
 * Makes passwords of four words and four digits (`tidal-crane-4071-moss-fern`), and their bcrypt hashes in a worker
 * thread. A word is one of 658; in all 658⁴ × 10,000, or 50 bits.
 */
export class WorkerPasswords implements Passwords {
  private readonly worker = new Worker(WORKER, { eval: true, argv: [import.meta.resolve('bcryptjs')] })
  private readonly waiting = new Map<number, Waiting>()
  private count = 0
  private ended: Error | null = null

  constructor() {
    this.worker.unref()
    this.worker.on('message', ({ id, hash }: { id: number; hash: string }) => {
      this.waiting.get(id)?.resolve(hash)
      this.waiting.delete(id)
    })
    this.worker.on('error', (error: Error) => this.end(error))
    this.worker.on('exit', () => this.end(new Error('the password worker ended')))
  }

  async make(): Promise<{ readonly password: string; readonly hash: string }> {
    if (this.ended !== null) throw this.ended
    const digits = String(randomInt(10_000)).padStart(4, '0')
    const password = [word(), word(), digits, word(), word()].join('-')
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

  /** What waits hears of it, and so does what comes later. */
  private end(error: Error): void {
    this.ended ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

function word(): string {
  return passwordWords[randomInt(passwordWords.length)] ?? ''
}
