import { hash } from 'bcryptjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { routeId, routeIdOf, type Route, type RouteChange } from '../../src/core/parts/route.js'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { caddyDefaults, type CaddySettings } from '../../src/infra/caddy/settings.js'
import { raw, startUpstream, visit, type CaddyWorld, type Upstream } from './caddy-world.js'
import { caddyAdmin } from './caddy-admin.js'
import { caddyTraffic } from './caddy-traffic.js'

export interface Bench {
  readonly world: CaddyWorld
  readonly upstream: Upstream
  readonly keeper: CaddyKeeper
  readonly writes: string[]
  readonly settings: CaddySettings
  readonly app: (name: string, port?: number) => Route
  readonly agent: (name: string) => Promise<Route>
}

export const never = new AbortController().signal
export const add = (wanted: Route): RouteChange => ({ kind: 'route.add', wanted })
const routes = '/config/apps/http/servers/srv0/routes'

/** What Sandpiper relies on, of any Caddy. */
export function caddyContract(name: string, make: () => Promise<CaddyWorld>): void {
  let bench: Bench
  beforeEach(async () => {
    bench = await setUp(await make())
  })
  afterEach(async () => {
    await bench.upstream.close()
    await bench.world.stop()
  })

  describe(`${name}: keeping the config`, () => {
    it('makes everything from nothing in one write', async () => {
      const { keeper, writes, app, agent } = bench
      expect(await keeper.observe(never)).toMatchObject({ server: { state: 'wrong', detail: 'missing' } })
      const wanted = [app('one'), await agent('one'), app('two')]
      await keeper.apply([{ kind: 'server.repair', detail: '' }, ...wanted.map(add)], never)
      expect(writes).toEqual(['POST /config/'])
      const seen = await keeper.observe(never)
      expect(seen.server).toEqual({ state: 'right' })
      for (const route of wanted) expect(seen.routes.get(routeIdOf(route))).toEqual({ state: 'ours', route })
    })

    it('writes nothing a second time', async () => {
      const { keeper, writes, app, agent } = bench
      const changes = [add(app('one')), add(await agent('one'))]
      await keeper.apply(changes, never)
      await keeper.apply(changes, never)
      await keeper.apply([{ kind: 'server.repair', detail: '' }], never)
      expect(writes).toHaveLength(1)
    })

    it('repairs with one PATCH a route that is gone, led astray or stripped of its password', async () => {
      const { keeper, writes, world, app, agent } = bench
      const agentRoute = await agent('one')
      await keeper.apply([add(app('one')), add(agentRoute), add(app('two'))], never)
      await raw(world, 'DELETE', `/id/${routeId('two', 'app')}`)
      await raw(world, 'PATCH', `/id/${routeId('one', 'app')}/handle/0/upstreams/0/dial`, '127.0.0.1:1')
      await raw(world, 'DELETE', `/id/${routeId('one', 'agent')}/handle/0/routes/1/handle/0`)
      const { routes: seen } = await keeper.observe(never)
      expect(seen.has(routeId('two', 'app'))).toBe(false)
      expect(seen.get(routeId('one', 'app'))).toMatchObject({ state: 'ours', route: { port: 1 } })
      expect(seen.get(routeId('one', 'agent'))).toMatchObject({ state: 'altered' })
      writes.length = 0
      await keeper.apply([add(app('one')), add(agentRoute), add(app('two'))], never)
      expect(writes).toEqual([`PATCH ${routes}`])
      expect((await keeper.observe(never)).routes.get(routeId('one', 'agent'))).toEqual({
        state: 'ours',
        route: agentRoute,
      })
    })

    it('keeps a route for each domain beside the main ones, and takes away one alone', async () => {
      const { keeper, writes, world, app } = bench
      const domain = (host: string): Route => ({ ...app('one'), kind: 'domain', host })
      await keeper.apply([app('one'), domain('a.test'), domain('b.test'), app('two')].map(add), never)
      expect(writes).toHaveLength(1)
      const { domainRoutes } = await keeper.observe(never)
      expect(domainRoutes).toEqual(new Map([['one', ['sandpiper:one:domain:a.test', 'sandpiper:one:domain:b.test']]]))
      expect((await visit(world, 'b.test')).status).toBe(200)
      const gone = { kind: 'route.remove' as const, id: routeIdOf(domain('a.test')), sandbox: 'one', host: 'a.test' }
      await keeper.apply([gone], never)
      expect([...(await keeper.observe(never)).routes.keys()].toSorted()).toEqual(
        [app('one'), domain('b.test'), app('two')].map(routeIdOf).toSorted(),
      )
      expect((await visit(world, 'b.test')).status).toBe(200)
    })

    it('leaves what is not ours, and stands before it', async () => {
      const { keeper, world, app } = bench
      const foreign = { match: [{ host: ['other.test'] }], handle: [{ handler: 'static_response', body: 'theirs' }] }
      const catchAll = { handle: [{ handler: 'static_response', body: 'all' }] }
      await keeper.apply([add(app('one'))], never)
      await raw(world, 'POST', routes, foreign)
      await raw(world, 'POST', routes, catchAll)
      await keeper.apply([add(app('two'))], never)
      await keeper.apply([{ kind: 'route.remove', id: routeId('one', 'app'), sandbox: 'one', host: null }], never)
      expect((await raw(world, 'GET', routes)).json).toEqual([
        expect.objectContaining({ '@id': routeId('two', 'app') }),
        foreign,
        catchAll,
      ])
      expect((await keeper.observe(never)).foreignHosts).toEqual(new Set(['other.test']))
    })

    it('puts the server right, and notices a catch-all that shadows ours', async () => {
      const { keeper, world, app } = bench
      await keeper.apply([add(app('one'))], never)
      await raw(world, 'PUT', `${routes}/0`, { handle: [{ handler: 'static_response', body: 'all' }] })
      await raw(world, 'DELETE', '/config/apps/http/servers/srv0/errors')
      const { server } = await keeper.observe(never)
      expect(server).toEqual({ state: 'wrong', detail: 'error pages, order of routes differ' })
      await keeper.apply([{ kind: 'server.repair', detail: '' }], never)
      expect((await keeper.observe(never)).server).toEqual({ state: 'right' })
    })

    it('gathers ten changes that come at once into two writes or fewer', async () => {
      const { keeper, writes, app } = bench
      await keeper.apply([{ kind: 'server.repair', detail: '' }], never)
      writes.length = 0
      await Promise.all(Array.from({ length: 10 }, (_, index) => keeper.apply([add(app(`box${index}`))], never)))
      expect(writes.length).toBeLessThanOrEqual(2)
      expect((await keeper.observe(never)).routes.size).toBe(10)
    })

    it('loses nothing when two of us write at the same time', async () => {
      const { keeper, writes, settings, world, app } = bench
      const other = new CaddyKeeper(new CaddyClient(world.address), settings)
      await Promise.all([
        ...['a', 'b', 'c'].map((name) => keeper.apply([add(app(name))], never)),
        ...['d', 'e'].map((name) => other.apply([add(app(name))], never)),
      ])
      expect((await keeper.observe(never)).routes.size).toBe(5)
      expect(writes.length).toBeLessThanOrEqual(3)
    })

    it('refuses a wrong route alone', async () => {
      const { keeper, app } = bench
      const outcomes = await Promise.allSettled([
        keeper.apply([add(app('one'))], never),
        keeper.apply([add(app('two', 70_000))], never),
        keeper.apply([add({ ...app('three'), host: 'three.test {env.HOME}' })], never),
        keeper.apply([add({ ...app('four'), kind: 'agent', accounts: [] })], never),
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
      expect([...(await keeper.observe(never)).routes.keys()]).toEqual([routeId('one', 'app')])
    })
  })

  caddyTraffic(name, () => bench)
  caddyAdmin(name, () => bench)
}

async function setUp(world: CaddyWorld): Promise<Bench> {
  const upstream = await startUpstream()
  const writes: string[] = []
  const client = new CaddyClient(world.address, { onWrite: (method, path) => writes.push(`${method} ${path}`) })
  const admin = 'socketPath' in world.address ? `unix/${world.address.socketPath}` : new URL(world.address.url).host
  const settings: CaddySettings = {
    ...caddyDefaults,
    listen: [world.listen],
    tls: 'off',
    adminListen: admin,
    pages: '/nonexistent/pages.sock',
  }
  const app = (name: string, port = upstream.port): Route => ({
    sandbox: name,
    kind: 'app',
    host: `${name}.test`,
    address: '127.0.0.1',
    port,
    accounts: null,
  })
  return {
    world,
    upstream,
    writes,
    settings,
    keeper: new CaddyKeeper(client, settings),
    app,
    agent: async (name) => ({
      ...app(name),
      kind: 'agent',
      host: `agent.${name}.test`,
      accounts: [{ user: 'ann', hash: await hash('right horse', 4) }],
    }),
  }
}
