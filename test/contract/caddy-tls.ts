import { get } from 'node:https'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { add, never } from './caddy.js'
import { startUpstream, type CaddyWorld } from './caddy-world.js'
import { caddyDefaults } from '../../src/infra/caddy/settings.js'

/** Not of the simulated one: it has no TLS, and lets WebSockets live for ever. */
export function caddyTls(name: string, make: () => Promise<CaddyWorld>): void {
  it(`${name} serves HTTPS by its own CA, and ends old WebSockets when their delay is over`, async () => {
    const world = await make()
    const upstream = await startUpstream()
    const settings = { ...caddyDefaults, tls: 'internal' as const, listen: [world.listen], streamCloseDelay: '1s' }
    const keeper = new CaddyKeeper(new CaddyClient(world.address), { ...settings, adminListen: adminOf(world) })
    const app = { sandbox: 'one', kind: 'app' as const, host: 'one.test', address: '127.0.0.1', accounts: null }
    await keeper.apply([add({ ...app, port: upstream.port })], never)
    expect((await keeper.observe(never)).server).toEqual({ state: 'right' })
    await expect.poll(() => secureStatus(world, 'one.test'), { timeout: 5000 }).toBe(200)

    const tls = { servername: 'one.test', headers: { host: 'one.test' }, rejectUnauthorized: false }
    const socket = new WebSocket(`wss://${world.listen}/ws`, tls)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const started = performance.now()
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await keeper.apply([add({ ...app, sandbox: 'two', host: 'two.test', port: upstream.port })], never)
    expect(await closed).toBe(1001)
    expect(performance.now() - started).toBeGreaterThan(900)
    await upstream.close()
    await world.stop()
  })

  it(`${name} is asked for a wildcard by a module that it lacks: the refusal says which`, async () => {
    const world = await make()
    const acme = { ...caddyDefaults.acme, base: 'box.test', dnsProvider: { name: 'nowhere' } }
    const settings = { ...caddyDefaults, acme, listen: [world.listen], adminListen: adminOf(world) }
    const keeper = new CaddyKeeper(new CaddyClient(world.address), settings)
    await expect(keeper.apply([{ kind: 'server.repair', detail: '' }], never)).rejects.toMatchObject({
      retry: 'never',
      sentence: 'the host’s Caddy lacks the module `dns.providers.nowhere`, which [caddy] dns_provider wants',
    })
    await world.stop()
  })
}

const adminOf = ({ address }: CaddyWorld): string =>
  'url' in address ? new URL(address.url).host : `unix/${address.socketPath}`

function secureStatus(world: CaddyWorld, host: string): Promise<number> {
  const [address, port] = world.listen.split(':')
  return new Promise((resolve) => {
    const options = {
      host: address,
      port,
      servername: host,
      headers: { host },
      rejectUnauthorized: false,
      agent: false,
    }
    get(options, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    }).on('error', () => resolve(0))
  })
}
