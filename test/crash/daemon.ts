import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { postToSocket, say } from '../../src/adapters/chat/console/say-client.js'
import type { Login } from '../../src/core/ports.js'
import { configOn } from '../scenario/config-on.js'
import type { TestAgent } from '../scenario/engine-settings.js'
import type { TestHost } from '../scenario/engine.js'

const SCRIPT = join(import.meta.dirname, 'daemon.mjs')
const DEATH_MS = 10_000

/** The daemon in a process of its own, on a host that outlives it. */
export class Daemon {
  readonly state: string
  readonly pipes: string
  /** What the last line was answered. */
  readonly heard: string[] = []
  private child: ChildProcess | null = null
  private readonly socket: string
  private readonly files: {
    readonly config: string
    readonly log: string
    readonly logins: string
    readonly changes: string
  }

  /** `more`: tables of the configuration beside the usual ones, such as a chat platform's. */
  constructor(
    folder: string,
    host: TestHost,
    readonly agent: TestAgent | null,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    this.state = join(folder, 'state')
    this.pipes = join(folder, 'pipes')
    this.socket = join(folder, 'control', 'socket')
    mkdirSync(this.pipes, { mode: 0o700 })
    const file = (name: string): string => join(folder, name)
    this.files = { config: file('config.json'), log: file('log'), logins: file('logins'), changes: file('changes') }
    writeFileSync(this.files.config, JSON.stringify({ ...configOn(host, folder, agent), ...more }))
  }

  async start(): Promise<void> {
    const { config, log, logins, changes } = this.files
    this.child = fork(SCRIPT, [config, log, logins, changes], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await this.hears('up')
  }

  /** From now on it kills itself when it gets there; the answer resolves when it has. */
  async dieAt(point: string): Promise<{ readonly death: Promise<void> }> {
    const heard = this.hears('armed')
    this.running().send(point)
    await heard
    const death = once(this.running(), 'exit', { signal: AbortSignal.timeout(DEATH_MS) }).then(
      ([, signal]) => {
        if (signal !== 'SIGKILL') throw new Error(`the daemon ended otherwise than by its own hand: ${this.log()}`)
      },
      () => {
        throw new Error(`the daemon never got to "${point}": ${this.heard.join('')}${this.log()}`)
      },
    )
    return { death }
  }

  /** One line of Ada's; the exit code of `sandpiper say`. A daemon that dies meanwhile makes it 1. */
  say(...words: readonly string[]): Promise<number> {
    this.heard.length = 0
    const hear = (text: string): void => void this.heard.push(text)
    return say({ yes: true, json: false, as: undefined, out: hear, err: hear, socketPath: this.socket, words })
  }

  /** What a plan says, or why there is none; '' where nothing differs. */
  async plan(): Promise<string> {
    const answer = await postToSocket(this.socket, '/plan', {})
    const said = await text(answer)
    if (answer.statusCode !== 200) return said
    const drift = JSON.parse(said) as { differs: boolean; text: string }
    return drift.differs ? drift.text : ''
  }

  /** Every login that a person got, the oldest first. */
  logins(): readonly Login[] {
    return linesOf(this.files.logins).map((line) => JSON.parse(line) as Login)
  }

  /** The kinds of every change that it set out to apply, the oldest first. */
  changes(): readonly string[] {
    return linesOf(this.files.changes)
  }

  /** What it logged as an error: a fault of ours. */
  faults(): readonly string[] {
    return this.log()
      .split('\n')
      .filter((line) => line.includes('"level":50'))
  }

  async kill(): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  log(): string {
    return readFileSync(this.files.log, 'utf8')
  }

  private running(): ChildProcess {
    if (this.child === null) throw new Error('the daemon was not started')
    return this.child
  }

  private async hears(word: string): Promise<void> {
    const child = this.running()
    const said = await Promise.race([
      once(child, 'message').then(([message]) => String(message)),
      once(child, 'exit').then(([code]) => `exit ${String(code)}`),
    ])
    if (said !== word) throw new Error(`the daemon said "${said}" in place of "${word}"; is \`dist\` built?`)
  }
}

function linesOf(file: string): readonly string[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
