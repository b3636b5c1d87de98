import { execa, type ResultPromise } from 'execa'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { say } from '../../src/adapters/chat/console/say-client.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import { sandboxByName } from '../../src/core/state.js'
import { Ledger } from '../crash/ledger.js'
import { configOn } from '../scenario/config-on.js'
import type { TestHost } from '../scenario/engine.js'

const PROGRAM = join(import.meta.dirname, '../../bin/sandpiper.js')
const options = { reject: false, stdin: 'ignore' } as const

/** `sandpiper serve` on the lab, as an operator runs it. */
export class LabService {
  private readonly folder = mkdtempSync(join(tmpdir(), 'bench-'))
  private readonly process: ResultPromise<typeof options>

  constructor(host: TestHost) {
    const file = join(this.folder, 'config.toml')
    mkdirSync(join(this.folder, 'pipes'))
    writeFileSync(file, stringify(configOn(host, this.folder)))
    this.process = execa(process.execPath, [PROGRAM, 'serve', '--config', file], options)
  }

  /** Resolves when it has seen the host: nothing can be created before. */
  async ready(): Promise<void> {
    const end = Date.now() + 20_000
    while (!(await this.said('create', 'one', '--template', 'none')).text.includes('no template')) {
      if (Date.now() > end) throw new Error('the service is not ready')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** One line of Ada's, to its end. Throws where it does not end well. */
  async say(...words: readonly string[]): Promise<void> {
    const { code, text } = await this.said(...words)
    if (code !== 0) throw new Error(`${words.join(' ')}: ${text}`)
  }

  facts(name: string): Sandbox {
    const ledger = new Ledger(join(this.folder, 'state'))
    const found = sandboxByName(ledger.state(), name)
    ledger.close()
    if (found === undefined) throw new Error(`there is no sandbox ${name}`)
    return found
  }

  async close(): Promise<void> {
    this.process.kill()
    await this.process
    rmSync(this.folder, { recursive: true })
  }

  private async said(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const lines: string[] = []
    const hear = (line: string): void => void lines.push(line)
    const socketPath = join(this.folder, 'control', 'socket')
    const code = await say({ socketPath, as: undefined, words, yes: true, json: false, out: hear, err: hear })
    return { code, text: lines.join('\n') }
  }
}
