import { setTimeout as pause } from 'node:timers/promises'
import { ExecSession } from './exec-session.js'
import type { Files } from './files.js'
import type { Machine } from './machine.js'
import type { OperationView, Progress } from './operations.js'
import { powerOffFromInside } from './power.js'
import { IncusRefusal } from './reply.js'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

const CONNECT_LIMIT_MS = 10_000

const silent = (code: number): Outcome => ({ code, out: '', err: '' })
const NOT_FOUND = silent(127)
const KILLED = silent(137)

/** A handful of commands, their input and output over WebSockets. */
export class Exec {
  private readonly sessions = new Set<ExecSession>()

  constructor(private readonly machine: Machine) {}

  run(name: string, command: readonly string[]): OperationView {
    if (!this.machine.instance(name).running) throw new IncusRefusal(400, 'Instance is not running')
    const session = new ExecSession()
    this.sessions.add(session)
    const resources = { instances: [`/1.0/instances/${name}`] }
    const work = (tell: Progress) => this.serve(name, command, session, tell)
    const metadata = { command, interactive: false, fds: session.secrets }
    return this.machine.operations.run('Executing command', resources, work, { class: 'websocket', metadata })
  }

  /** The command whose stream this is. */
  session(secret: string): ExecSession | undefined {
    return [...this.sessions].find((session) => session.knows(secret))
  }

  close(): void {
    for (const session of this.sessions) session.kill()
  }

  private async serve(name: string, command: readonly string[], session: ExecSession, tell: Progress): Promise<void> {
    const late = pause(CONNECT_LIMIT_MS, false, { ref: false })
    const there = await Promise.race([session.connected.then(() => true), session.killed.then(() => false), late])
    if (!there) this.sessions.delete(session)
    if (!there) throw new IncusRefusal(400, 'Timed out waiting for websockets to connect')
    await pause(Math.min(this.machine.latencyMs, 20))
    const outcome = await Promise.race([this.evaluate(name, command, session), session.killed.then(() => KILLED)])
    this.machine.tell('instance-exec', name, { command })
    this.sessions.delete(session)
    session.end(outcome.out, outcome.err)
    if (command[0] === 'poweroff') await powerOffFromInside(this.machine, name)
    tell({ return: outcome.code })
    if (outcome === NOT_FOUND) throw new IncusRefusal(400, 'Command not found')
  }

  private async evaluate(name: string, command: readonly string[], session: ExecSession): Promise<Outcome> {
    const [program = '', ...words] = command
    switch (program.split('/').at(-1)) {
      case 'true':
      case 'poweroff':
        return silent(0)
      case 'false':
        return silent(1)
      case 'echo':
        return { code: 0, out: `${words.join(' ')}\n`, err: '' }
      case 'cat':
        return words[0] === undefined
          ? { code: 0, out: (await session.stdin()).toString('utf8'), err: '' }
          : this.cat(name, words[0])
      case 'test':
        return silent(words[0] === '-e' && this.machine.files.exists(name, words[1] ?? '') ? 0 : 1)
      case 'mv':
      case 'ln':
      case 'rm':
        return silent(moveFiles(this.machine.files, name, program, words) ? 0 : 1)
      case 'systemctl':
        return silent((await this.machine.guest(name)?.agent.systemctl(words)) ?? 1)
      case 'sleep':
        return pause(Number(words[0]) * 1000, silent(0), { ref: false })
      default:
        return NOT_FOUND
    }
  }

  private cat(name: string, path: string): Outcome {
    try {
      const entry = this.machine.files.read(name, path)
      if (entry.type === 'file') return { code: 0, out: entry.content.toString('utf8'), err: '' }
      return { code: 1, out: '', err: `cat: ${path}: Is a directory\n` }
    } catch {
      return { code: 1, out: '', err: `cat: ${path}: No such file or directory\n` }
    }
  }
}

/** Whether it could be done: `mv -f`, `ln` without `-f`, `rm -f`. */
function moveFiles(files: Files, root: string, program: string, words: readonly string[]): boolean {
  const [from = '', to = ''] = words.filter((word) => !word.startsWith('-'))
  if (program === 'rm') {
    if (files.exists(root, from)) files.delete(root, from)
    return true
  }
  if (!files.exists(root, from)) return false
  if (program === 'mv') {
    files.rename(root, from, to)
    return true
  }
  if (files.exists(root, to)) return false
  const entry = files.read(root, from)
  if (entry.type === 'directory') return false
  files.write(root, to, entry.content, entry.mark, false)
  return true
}
