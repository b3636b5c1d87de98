import { execa } from 'execa'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { caddyContract } from '../contract/caddy.js'
import { caddyTls } from '../contract/caddy-tls.js'
import { freePort, type CaddyWorld } from '../contract/caddy-world.js'
import { labUp } from './lab.js'

/** Somebody may have the lab up already: then it is not touched. */
async function binary(): Promise<string> {
  const ready = process.env['SANDPIPER_LAB_READY']
  if (ready === undefined) return (await labUp()).caddy.binary
  return (JSON.parse(readFileSync(ready, 'utf8')) as { caddy: { binary: string } }).caddy.binary
}

const caddy = await binary()

/** A process of its own for each test, with no config at all. */
async function start(admin: (folder: string) => Promise<{ address: CaddyWorld['address']; env: string }>) {
  const folder = await mkdtemp(join(tmpdir(), 'sandpiper-caddy-'))
  const { address, env } = await admin(folder)
  const child = execa(caddy, ['run'], {
    stdio: 'ignore',
    reject: false,
    env: { CADDY_ADMIN: env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  await answering(address)
  return {
    address,
    listen: `127.0.0.1:${await freePort()}`,
    stop: async () => {
      child.kill('SIGTERM', new Error('stopped'))
      await child
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answering(address: CaddyWorld['address']): Promise<void> {
  const client = new CaddyClient(address)
  for (let tried = 0; ; tried++) {
    try {
      await client.read('/config/')
      return
    } catch (error) {
      if (tried === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const onSocket = () =>
  start((folder) => {
    const socketPath = join(folder, 'admin.sock')
    return Promise.resolve({ address: { socketPath }, env: `unix/${socketPath}` })
  })

const onPort = () =>
  start(async () => {
    const listen = `127.0.0.1:${await freePort()}`
    return { address: { url: `http://${listen}` }, env: listen }
  })

caddyContract('a real Caddy on a unix socket', onSocket)
caddyContract('a real Caddy on a TCP port', onPort)
caddyTls('a real Caddy', onSocket)
