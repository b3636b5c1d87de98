import { execa, type ResultPromise } from 'execa'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { freePort } from './free-port.js'

const options = { reject: false, stdin: 'ignore' } as const
const program = join(import.meta.dirname, '../../bin/sandpiper.js')

export interface Said {
  readonly exitCode: number
  readonly text: string
  readonly errors: string
}

/** `sandpiper demo` as a person starts it, on ports and in a folder of its own. */
export class DemoProcess {
  private child: ResultPromise<typeof options> | null = null
  apps = ''
  page = ''
  welcome = ''

  constructor(private readonly folder = mkdtempSync(join(tmpdir(), 'sp-'))) {}

  /** Another one, on the same folder and other ports. */
  beside(): DemoProcess {
    return new DemoProcess(this.folder)
  }

  async start(): Promise<void> {
    this.apps ||= `127.0.0.1:${await freePort()}`
    this.page ||= `127.0.0.1:${await freePort()}`
    const addresses = ['--folder', this.folder, '--page', this.page, '--apps', this.apps]
    const child = execa(process.execPath, [program, 'demo', ...addresses], options)
    this.child = child
    this.welcome = ''
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        this.welcome += text.toString()
        if (this.welcome.includes('Ctrl-C')) resolve()
      })
      child.then((result) => reject(new Error(`the demo ended: ${result.stderr}`)), reject)
    })
  }

  /** One line of the terminal behind `sandpiper`, as `say create myapp`. */
  async run(...words: readonly string[]): Promise<Said> {
    const [command = '', ...rest] = words
    const at = command === 'operations' && rest.length > 0 ? [command, rest.shift() ?? ''] : [command]
    const needsNone = command === 'serve' || command === 'config'
    const socket = needsNone ? [] : ['--socket', join(this.folder, 'control', 'socket')]
    const result = await execa(process.execPath, [program, ...at, ...socket, ...rest], {
      reject: false,
      stdin: 'ignore',
    })
    return { exitCode: result.exitCode ?? -1, text: result.stdout, errors: result.stderr }
  }

  /** What a visitor of the simulated Caddy gets at this address. */
  async visit(url: string, login?: { user: string; password: string }): Promise<{ status: number; body: string }> {
    const { hostname, port } = new URL(url)
    const auth = login === undefined ? {} : { authorization: `Basic ${btoa(`${login.user}:${login.password}`)}` }
    const answer = await request(`http://127.0.0.1:${port}/`, { headers: { host: `${hostname}:${port}`, ...auth } })
    return { status: answer.statusCode, body: await answer.body.text() }
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM')
    await this.child
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
