import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { say } from '../../src/adapters/chat/console/say-client.js'
import { configSchema } from '../../src/config/schema.js'
import { openLog } from '../../src/logging.js'
import { startService, type Service } from '../../src/main.js'
import { openHost } from '../../src/open-host.js'
import { freePort } from '../contract/caddy-world.js'
import type { Lab } from './lab.js'

type Tables = z.input<typeof configSchema>

/** The whole of Sandpiper on the lab, in this process. Ada is an admin; a tick comes every second. */
export class LabService {
  readonly folder = mkdtempSync(join(tmpdir(), 'sp-'))
  private readonly socketPath = join(this.folder, 'control', 'socket')
  private service: Service | null = null

  constructor(
    private readonly lab: Lab,
    private readonly tables: Pick<Tables, 'domains' | 'caddy' | 'dns'>,
  ) {
    mkdirSync(join(this.folder, 'pipes'), { mode: 0o700 })
  }

  async start(): Promise<void> {
    const { lab, folder, tables } = this
    const { incusSocket, network, pools, images, caddy } = lab
    const config = configSchema.parse({
      service: { state_folder: join(folder, 'state'), control_socket: this.socketPath },
      incus: {
        socket: incusSocket,
        network: network.name,
        storage_pool: pools.btrfs,
        acl: '',
        pins: [network.pins.from, network.pins.to],
      },
      sshpiper: { pipes_folder: join(folder, 'pipes') },
      sync: { schedule: '* * * * * *' },
      sandboxes: { cpus: 1, memory: '512MiB', disk: '2GiB', processes: 500 },
      templates: [{ name: 'test', image: images.system }],
      access: { admins: ['console:ada'] },
      domains: tables.domains,
      dns: tables.dns,
      caddy: { admin: caddy.admin, pages: `127.0.0.1:${await freePort()}`, ...tables.caddy },
    } satisfies Tables)
    this.service = await startService({
      config,
      host: openHost(config),
      log: openLog('warn', join(folder, 'log')),
      console: { identities: [{ user: 'ada', name: 'Ada' }], mayChoose: false, banner: '' },
    })
  }

  /** One line of Ada's, and all that she is told until it has ended. */
  async say(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const heard: string[] = []
    const hear = (text: string): void => void heard.push(text)
    const { socketPath } = this
    const code = await say({ yes: true, json: false, as: undefined, out: hear, err: hear, socketPath, words })
    return { code, text: heard.join('\n') }
  }

  async stop(): Promise<void> {
    await this.service?.close()
    this.service = null
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true })
  }
}
