import { execa } from 'execa'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const scripts = import.meta.dirname

const path = z.string().startsWith('/')
const range = z.object({ from: z.ipv4(), to: z.ipv4() })

/** What `up.sh` writes about the lab into `lab.json` (see parts/describe.sh). Addresses without a scheme are `host:port`. */
const labSchema = z.object({
  folder: path,
  run: path,
  client: path,
  incusSocket: path,
  incusHttps: z.object({ url: z.url(), cert: path, key: path, serverCert: path }),
  caddy: z.object({ admin: z.url(), adminSocket: path, http: z.string(), https: z.string(), binary: path }),
  network: z.object({
    name: z.string(),
    cidr: z.cidrv4(),
    gateway: z.ipv4(),
    cidr6: z.cidrv6().nullable(),
    pins: range,
    dynamic: range,
  }),
  pools: z.object({ btrfs: z.string(), dir: z.string() }),
  images: z.object({
    system: z.string(),
    oci: z.object({ server: z.url(), alias: z.string(), protocol: z.literal('oci') }),
  }),
  dns: z.object({
    powerdns: z.object({ address: z.string(), api: z.url(), key: z.string() }),
    bind: z.object({
      address: z.string(),
      zone: z.string(),
      customZone: z.string(),
      keyFile: path,
      idleKeyFile: path,
    }),
  }),
  pebble: path,
})

export type Lab = z.infer<typeof labSchema>

/** Brings the lab up where it is not (a minute the first time, a second when it is), and says where everything is. */
export async function labUp(): Promise<Lab> {
  if (process.getuid?.() !== 0) {
    throw new Error('The lab needs root: it makes namespaces, mounts and a bridge. Run the lab tests as root.')
  }
  const { stdout } = await execa('bash', [join(scripts, 'up.sh')], { stdin: 'ignore', stderr: 'inherit' })
  const folder = /^.*up: (.*)\/lab\.json says/m.exec(stdout)?.[1]
  if (folder === undefined) throw new Error(`up.sh did not say where the lab is:\n${stdout}`)
  return labSchema.parse(JSON.parse(await readFile(join(folder, 'lab.json'), 'utf8')))
}

type Daemon = 'incusd' | 'caddy' | 'caddy-unix'

/** Returns when the daemon answers, or is gone. */
export async function service(lab: Lab, action: 'start' | 'stop', name: Daemon, ...options: string[]): Promise<void> {
  await execa('bash', [join(scripts, 'service.sh'), action, name, ...options], {
    stdin: 'ignore',
    env: { SANDPIPER_LAB: lab.folder },
  })
}

export async function signal(lab: Lab, name: Daemon, what: NodeJS.Signals): Promise<void> {
  process.kill(await processId(lab, name), what)
}

/** Runs a command where the daemons live: their root, their `ghcr.io`. */
export async function inNamespace(lab: Lab, command: string, args: readonly string[]): Promise<string> {
  const world = await processId(lab, 'world')
  const { stdout } = await execa('nsenter', ['-t', String(world), '-m', command, ...args], {
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin', HOME: '/root', LANG: 'C.UTF-8' },
  })
  return stdout
}

async function processId(lab: Lab, name: Daemon | 'world'): Promise<number> {
  const [pid] = (await readFile(join(lab.run, name), 'utf8')).split(' ')
  return Number(pid)
}
