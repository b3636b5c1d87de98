import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { say } from '../../src/adapters/chat/console/say-client.js'
import type { Config } from '../../src/config.js'
import { configSchema } from '../../src/config/schema.js'
import { IncusClient } from '../../src/infra/incus/client.js'
import { run } from '../../src/infra/incus/operations.js'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { takeAddressBlock, type AddressBlock } from '../../src/infra/simulator/address-block.js'
import { startSimulator, type Simulator } from '../../src/infra/simulator/simulator.js'
import { openLog } from '../../src/logging.js'
import { startService, type Service } from '../../src/main.js'
import { openHost } from '../../src/open-host.js'
import { freePort } from '../cli/free-port.js'
import { raw } from '../contract/caddy-world.js'
import { Gate } from '../peers/gate.js'
import { visit, type Visit } from '../scenario/visit.js'

export interface Said {
  readonly code: number
  /** All that was printed: replies, direct messages, and what a terminal shows as errors. */
  readonly text: string
}

/** One `say` that may take its time. */
export interface Saying {
  /** What was printed so far. */
  readonly text: () => string
  readonly ended: Promise<Said>
}

/** Where a sandbox can be found. */
export interface Traces {
  readonly instances: readonly string[]
  readonly routes: readonly string[]
  readonly pipes: readonly string[]
  readonly rows: readonly string[]
  readonly live: readonly string[]
}

/** Not ten: tests wait for what hangs. */
const TIMEOUT_SECONDS = 1.5

export const nothing: Traces = { instances: [], routes: [], pipes: [], rows: [], live: [] }

const nobody = { admins: [], members: [] }
const people = ['ada', 'grace', 'linus', 'eve'].map((user) => ({ user, name: user[0]?.toUpperCase() + user.slice(1) }))

/** The whole of Sandpiper on a simulated host, in this process. Ada is an admin, Grace a member, Eve a stranger. */
export class TestService {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sp-'))
  readonly stateFolder: string
  readonly pipesFolder = join(this.folder, 'pipes')
  readonly incus = new Gate(join(this.folder, 'incus.socket'), join(this.folder, 'host', 'incus.socket'))
  readonly caddy = new Gate(join(this.folder, 'caddy.socket'), join(this.folder, 'host', 'caddy.socket'))
  /** How far the service's clock is ahead of this machine's, in milliseconds. */
  ahead = 0
  private service: Service | null = null
  private simulator: Simulator | null = null
  private readonly passwords: string[] = []
  private block: AddressBlock | null = null
  private listen = ''

  /** `more`: tables of the configuration that a test adds, such as a chat platform's; `people`: who may do what there. */
  constructor(
    stateFolder?: string,
    private readonly more: Readonly<Record<string, unknown>> = {},
    private readonly people: { readonly admins: readonly string[]; readonly members: readonly string[] } = nobody,
  ) {
    this.stateFolder = stateFolder ?? join(this.folder, 'state')
  }

  /** What a browser gets at this host name. */
  async visit(host: string, login?: { readonly user: string; readonly password: string }): Promise<Visit> {
    return visit({ listen: this.listen, tls: 'off' }, host, login === undefined ? {} : { login })
  }

  async start(): Promise<this> {
    this.simulator = await startSimulator({ folder: join(this.folder, 'host') })
    this.block = await takeAddressBlock(this.folder)
    mkdirSync(join(this.folder, 'pipes'))
    await this.incus.open()
    await this.caddy.open()
    return this
  }

  /** As `serve` does; the host may be away by then. */
  async serve(): Promise<this> {
    const config = await this.config()
    const host = openHost(config)
    const clock = { now: () => new Date(Date.now() + this.ahead) }
    this.service = await startService({
      config,
      host: { ...host, world: { ...host.world, clock } },
      log: openLog('debug', join(this.folder, 'log')),
      console: { identities: people, mayChoose: true, banner: '' },
    })
    return this
  }

  /** Until the host has answered: before, nothing can be created. */
  async ready(): Promise<void> {
    await vi.waitFor(
      async () => expect((await this.say('create fresh --template none')).text).toContain('no template'),
      { timeout: 10_000 },
    )
  }

  /** Says what must work. */
  async done(words: string, as = 'ada'): Promise<Said> {
    const said = await this.say(words, as)
    expect(said).toMatchObject({ code: 0 })
    return said
  }

  /** What nobody but those whom it was given to may read: logins that were delivered, keys, tokens. */
  secrets(): readonly string[] {
    const { folder, stateFolder } = this
    const kept = ['button.key', 'page.token'].map((name) => readFileSync(join(stateFolder, name)).toString('base64url'))
    const keys = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /id_rsa$|_key$/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').split('\n')[1] ?? '')
    return [...this.passwords, ...kept, ...keys]
  }

  /** Where the chat page lets a browser in. */
  get pageLink(): URL {
    return new URL(this.service?.pageLink ?? '')
  }

  say(words: string, as = 'ada'): Promise<Said> {
    return this.saying(words, as).ended
  }

  saying(words: string, as = 'ada'): Saying {
    const lines: string[] = []
    const print = (line: string): void => void lines.push(line)
    const text = (): string => lines.join('\n')
    const spoken = { as, words: [words], yes: true, json: false }
    const ended = say({ socketPath: this.controlSocket, ...spoken, out: print, err: print })
    const finish = (code: number): Said => {
      for (const [, password] of text().matchAll(/Password\s+`([^`]+)`/g)) this.passwords.push(password ?? '')
      return { code, text: text() }
    }
    return { text, ended: ended.then(finish) }
  }

  /** The log lines that hold these words. */
  logged(words: string): readonly Record<string, unknown>[] {
    const lines = this.log()
      .split('\n')
      .filter((line) => line.includes(words))
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8')
  }

  get pipes(): string {
    return join(this.folder, 'pipes')
  }

  /** A file in a sandbox, past Sandpiper. */
  async putIn(sandbox: string, path: string, content: string): Promise<void> {
    const incus = new IncusClient({ socket: join(this.folder, 'host', 'incus.socket') })
    const instances = await incus.get('/1.0/instances', z.array(z.string()))
    const instance = instances.map((url) => url.split('/').at(-1)).find((name) => name?.startsWith(`${sandbox}-`))
    await incus.push(instance ?? '', path, content, { mode: '0600' })
    await incus.close()
  }

  /** Stops a sandbox's instance as somebody on the host does, past Sandpiper. */
  async powerOff(name: string): Promise<void> {
    const incus = new IncusClient({ socket: join(this.folder, 'host', 'incus.socket') })
    const [url = ''] = (await incus.get('/1.0/instances', z.array(z.string()))).filter((one) =>
      one.split('/').at(-1)?.startsWith(`${name}-`),
    )
    await run(incus, 'PUT', `${url}/state`, { action: 'stop', timeout: 10, force: true }, {})
    await incus.close()
  }

  /** What the host, the folders and the database really hold, past Sandpiper. */
  async traces(): Promise<Traces> {
    const incus = new IncusClient({ socket: join(this.folder, 'host', 'incus.socket') })
    const instances = await incus.get('/1.0/instances', z.array(z.string()))
    await incus.close()
    const address = { socketPath: join(this.folder, 'host', 'caddy.socket') }
    const caddy = JSON.stringify((await raw({ address }, 'GET', '/config/')).json)
    const db = new Sqlite(join(this.stateFolder, 'state.db'), { readonly: true })
    const column = (sql: string): string[] => db.prepare<[], string>(sql).pluck().all()
    const rows = column('SELECT name FROM sandbox ORDER BY name')
    const live = column("SELECT verb FROM operation WHERE state NOT IN ('done', 'failed', 'cancelled')")
    db.close()
    return {
      instances: instances.map(
        (url) =>
          url
            .split('/')
            .at(-1)
            ?.replace(/-\w{4}$/, '') ?? '',
      ),
      routes: [...caddy.matchAll(/"host":\["([^"]+)"\]/g)].map(([, host]) => host ?? '').toSorted(),
      pipes: readdirSync(join(this.folder, 'pipes')),
      rows,
      live,
    }
  }

  async stop(): Promise<void> {
    await this.service?.close()
    this.service = null
  }

  async close(): Promise<void> {
    await this.stop()
    await this.incus.leave()
    await this.caddy.leave()
    await this.simulator?.close()
    this.block?.release()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private get controlSocket(): string {
    return join(this.folder, 'control', 'socket')
  }

  private async config(): Promise<Config> {
    const { folder } = this
    if (this.listen === '') this.listen = `127.0.0.1:${await freePort()}`
    return configSchema.parse({
      service: { state_folder: this.stateFolder, control_socket: this.controlSocket },
      domains: { base: 'localhost', resolvers: this.simulator === null ? [] : [this.simulator.resolver] },
      incus: {
        socket: this.incus.path,
        network: 'simbr0',
        acl: '',
        pins: this.block?.pins,
        timeout_seconds: TIMEOUT_SECONDS,
      },
      caddy: {
        admin: `unix/${this.caddy.path}`,
        listen: [this.listen],
        tls: 'off',
        pages: join(folder, 'pages.socket'),
        timeout_seconds: TIMEOUT_SECONDS,
      },
      sshpiper: { pipes_folder: join(folder, 'pipes') },
      // Not once a minute: what comes back after a longer absence is found by it.
      sync: { schedule: '*/2 * * * * *' },
      sandboxes: { ssh_port: 2222 },
      templates: [
        { name: 'debian', image: 'sb/trixie', agent: 'own' },
        { name: 'unknown', image: 'sb/nothing', agent: 'own' },
        { name: 'far', image: 'debian/99', server: 'https://images.linuxcontainers.org', protocol: 'simplestreams' },
        { name: 'registry', image: 'acme/nothing:latest', server: 'https://ghcr.io', protocol: 'oci' },
      ],
      access: {
        admins: ['console:ada', ...this.people.admins],
        members: ['console:grace', 'console:linus', ...this.people.members],
      },
      console: { page: true, address: `127.0.0.1:${await freePort()}` },
      ...this.more,
    })
  }
}
