import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.js'
import type { OperationView } from './operations.js'
import { powerOffFromInside } from './power.js'
import { IncusRefusal } from './reply.js'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A handful of commands, and where their recorded output lies. */
export class Exec {
  private readonly outputs = new Map<string, Buffer>()
  private count = 0

  constructor(private readonly machine: Machine) {}

  run(name: string, command: readonly string[], record: boolean): OperationView {
    if (!this.machine.instance(name).running) throw new IncusRefusal(400, 'Instance is not running')
    const resources = { instances: [`/1.0/instances/${name}`] }
    return this.machine.operations.run('Executing command', resources, async (tell) => {
      await pause(Math.min(this.machine.latencyMs, 20))
      const outcome = this.evaluate(name, command)
      this.machine.tell('instance-exec', name, { command })
      const output = record ? this.record(name, outcome) : {}
      if (command[0] === 'poweroff') await powerOffFromInside(this.machine, name)
      tell({ return: outcome.code, output })
    })
  }

  output(path: string): Buffer {
    const found = this.outputs.get(path)
    if (found === undefined) throw new IncusRefusal(404, 'Not Found')
    return found
  }

  forget(path: string): void {
    this.outputs.delete(path)
  }

  private record(name: string, outcome: Outcome): Record<string, string> {
    const base = `/1.0/instances/${name}/logs/exec-output/exec_${++this.count}`
    this.outputs.set(`${base}.stdout`, Buffer.from(outcome.out))
    this.outputs.set(`${base}.stderr`, Buffer.from(outcome.err))
    return { '1': `${base}.stdout`, '2': `${base}.stderr` }
  }

  private evaluate(name: string, [program = '', ...words]: readonly string[]): Outcome {
    switch (program.split('/').at(-1)) {
      case 'true':
      case 'poweroff':
        return { code: 0, out: '', err: '' }
      case 'false':
        return { code: 1, out: '', err: '' }
      case 'echo':
        return { code: 0, out: `${words.join(' ')}\n`, err: '' }
      case 'cat':
        return this.cat(name, words[0] ?? '')
      default:
        return { code: 127, out: '', err: `${program}: not in the simulator\n` }
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
