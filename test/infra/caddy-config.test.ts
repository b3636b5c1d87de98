import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { routeId, routeIdOf, type Route } from '../../src/core/parts/route.js'
import { mergeConfig as merge, readConfig as read } from '../../src/infra/caddy/whole-config.js'
import { at, type Json } from '../../src/infra/caddy/json.js'
import { parseRoute, renderRoute } from '../../src/infra/caddy/route-json.js'
import { caddyDefaults, factsAtFirst, type CaddySettings } from '../../src/infra/caddy/settings.js'
import { demandValid } from '../../src/infra/caddy/valid-route.js'

const hash = `$2b$10$${'a'.repeat(53)}`
const app: Route = { sandbox: 's1', kind: 'app', host: 'one.test', address: '10.0.0.5', port: 8000, accounts: null }
const agent: Route = { ...app, kind: 'agent', host: 'agent.one.test', accounts: [{ user: 'ann', hash }] }
const settings: CaddySettings = { ...caddyDefaults, tls: 'internal' }
const mergeConfig = (seen: unknown, is: CaddySettings, routes: ReadonlyMap<string, unknown>, facts = factsAtFirst) =>
  merge(seen, is, facts, routes)
const readConfig = (seen: unknown, is: CaddySettings) => read(seen, is, factsAtFirst)
const ours = (...routes: readonly Route[]) =>
  new Map(routes.map((route) => [routeIdOf(route), renderRoute(route, settings)]))

describe('a route as JSON', () => {
  const account = fc.record({ user: fc.stringMatching(/^[a-z]{1,9}$/), hash: fc.constant(hash) })
  const route: fc.Arbitrary<Route> = fc
    .record({
      sandbox: fc.stringMatching(/^[a-z0-9]{1,9}$/),
      host: fc.domain(),
      address: fc.oneof(fc.ipV4(), fc.constant('fd00::5')),
      port: fc.integer({ min: 1, max: 65_535 }),
      accounts: fc.option(fc.array(account, { minLength: 1, maxLength: 3 })),
    })
    .map((some) => ({ ...some, kind: some.accounts === null ? 'app' : 'agent' }))

  it('comes back the same', () => {
    fc.assert(
      fc.property(route, (some) => {
        demandValid({ ...some, host: some.host.toLowerCase() })
        const json: unknown = JSON.parse(JSON.stringify(renderRoute(some, settings)))
        expect(parseRoute(json, settings)).toEqual({ state: 'ours', route: some })
      }),
    )
  })

  it.each([
    ['an agent route made public', { ...renderRoute(app, settings), '@id': routeId('s1', 'agent') }],
    [
      'a header rule taken out',
      JSON.parse(JSON.stringify(renderRoute(agent, settings)).replace('X-ExeDev-Email', 'X')),
    ],
    ['a second host name', { ...renderRoute(app, settings), match: [{ host: ['one.test', 'two.test'] }] }],
    ['nothing but the id', { '@id': routeId('s1', 'app') }],
  ])('is altered: %s', (_what, json) => {
    expect(parseRoute(json, settings)).toMatchObject({ state: 'altered', sandbox: 's1' })
  })

  it('is not ours without our id', () => {
    expect(parseRoute({ ...renderRoute(app, settings), '@id': 'sandpiper:tls' }, settings)).toBeNull()
  })
})

describe('the whole config', () => {
  it('is right once merged, and merging again changes nothing', () => {
    for (const tls of ['acme', 'internal', 'off'] as const) {
      const config = mergeConfig(null, { ...settings, tls }, ours(agent, app))
      expect(readConfig(config, { ...settings, tls }).server).toEqual({ state: 'right' })
      expect(mergeConfig(config, { ...settings, tls }, ours(app, agent))).toEqual(config)
    }
  })

  it('keeps other apps, servers, keys and the admin address', () => {
    const foreign = {
      admin: { listen: 'unix//run/caddy.sock' },
      logging: { logs: {} },
      apps: { layer4: { x: 1 }, http: { http_port: 81, servers: { other: { listen: [':9'] }, srv0: { logs: {} } } } },
    }
    const merged = mergeConfig(foreign, { ...settings, adminListen: 'localhost:1' }, ours(app))
    expect(merged).toMatchObject(foreign)
    expect(mergeConfig(null, { ...settings, adminListen: 'localhost:1' }, ours())['admin']).toEqual({
      listen: 'localhost:1',
    })
  })

  it('logs visits, as somebody else wants it logged, or leaves that alone', () => {
    const logsOf = (logs: object | undefined, accessLog: boolean) => {
      const seen = { apps: { http: { servers: { srv0: logs === undefined ? {} : { logs } } } } } as Json
      return at(mergeConfig(seen, { ...settings, accessLog }, ours()), 'apps', 'http', 'servers', 'srv0', 'logs')
    }
    const theirs = { default_logger_name: 'theirs' }
    expect([logsOf(undefined, true), logsOf(theirs, true)]).toEqual([{}, theirs])
    expect([logsOf(undefined, false), logsOf(theirs, false)]).toEqual([undefined, theirs])
  })

  it('names its hosts where somebody else has the TLS policy for all', () => {
    const foreign = { apps: { tls: { automation: { policies: [{ issuers: [{ module: 'acme' }] }] } } } }
    const merged = mergeConfig(foreign, settings, ours(app))
    expect(at(merged, 'apps', 'tls', 'automation', 'policies')).toEqual([
      { '@id': 'sandpiper:tls', subjects: ['one.test'], issuers: [{ module: 'internal' }] },
      { issuers: [{ module: 'acme' }] },
    ])
  })

  it('takes its routes out of other servers', () => {
    const lost = { apps: { http: { servers: { old: { routes: [...ours(app).values(), { terminal: true }] } } } } }
    expect(at(mergeConfig(lost, settings, ours(app)), 'apps', 'http', 'servers', 'old', 'routes')).toEqual([
      { terminal: true },
    ])
  })

  it('makes no redirects beside a listener on loopback, and asks for no trust in its own CA', () => {
    const merged = mergeConfig(null, { ...settings, listen: ['127.0.0.1:7443'] }, ours())
    expect(at(merged, 'apps', 'http', 'servers', 'srv0', 'automatic_https')).toEqual({ disable_redirects: true })
    expect(at(merged, 'apps', 'pki', 'certificate_authorities', 'local')).toEqual({ install_trust: false })
  })

  it('sees host names of others at any depth', () => {
    const inner = { handle: [{ handler: 'subroute', routes: [{ match: [{ host: ['deep.test'] }] }] }] }
    const config = { apps: { http: { servers: { other: { routes: [inner, ...ours(app).values()] } } } } }
    expect(readConfig(config, settings).foreignHosts).toEqual(new Set(['deep.test']))
  })
})

describe('certificates by ACME', () => {
  const acme = { ...caddyDefaults.acme, base: 'box.test', ask: 'http://127.0.0.1:7782/sandpiper/ask' }
  const byAcme: CaddySettings = { ...caddyDefaults, acme }
  const automation = (config: unknown): unknown => at(config, 'apps', 'tls', 'automation')
  const issuers = [{ module: 'acme' }]
  const permission = { module: 'http', endpoint: acme.ask }
  const onDemand = { '@id': 'sandpiper:tls', issuers, on_demand: true }

  it('are obtained in a handshake that we allow, while DNS was not seen to lead here', () => {
    expect(automation(mergeConfig(null, byAcme, ours(app)))).toEqual({
      on_demand: { permission },
      policies: [onDemand],
    })
  })

  it('are obtained ahead below the base, once it does', () => {
    const base = { '@id': 'sandpiper:tls-base', subjects: ['*.box.test', '*.*.box.test'], issuers }
    const facts = { ...factsAtFirst, isBaseRight: true }
    const config = mergeConfig(null, byAcme, ours(app), facts)
    expect(automation(config)).toEqual({ on_demand: { permission }, policies: [base, onDemand] })
    expect(readConfig(config, byAcme).server).toEqual({ state: 'wrong', detail: 'TLS differ' })
    expect(mergeConfig(config, byAcme, ours(app))).toEqual(mergeConfig(null, byAcme, ours(app)))
  })

  it('are one for all below the base, where Caddy can prove it by DNS', () => {
    const dnsProvider = { name: 'cloudflare', api_token: '{env.CF_API_TOKEN}' }
    const wildcard = { ...byAcme, acme: { ...acme, dnsProvider } }
    const config = mergeConfig(null, wildcard, ours(app))
    expect(at(config, 'apps', 'tls', 'certificates')).toEqual({ automate: ['*.box.test'] })
    expect(at(automation(config), 'policies', 0)).toEqual({
      '@id': 'sandpiper:tls-wildcard',
      subjects: ['*.box.test'],
      issuers: [{ module: 'acme', challenges: { dns: { provider: dnsProvider } } }],
    })
    expect(readConfig(config, wildcard).server).toEqual({ state: 'right' })
    expect(at(mergeConfig(config, byAcme, ours(app)), 'apps', 'tls', 'certificates')).toEqual({})
  })

  it('come from another authority, known by its own root', () => {
    const own = { email: 'ops@example.com', directory: 'https://ca.test/dir', rootFile: '/etc/ca.pem' }
    const config = mergeConfig(null, { ...byAcme, acme: { ...acme, ...own } }, ours(app))
    expect(at(automation(config), 'policies', 0, 'issuers')).toEqual([
      { module: 'acme', ca: own.directory, email: own.email, trusted_roots_pem_files: [own.rootFile] },
    ])
  })

  it('leave policies and questions of others as they are', () => {
    const theirs = { subjects: ['their.test'], issuers: [{ module: 'internal' }] }
    const ask = { permission: { module: 'http', endpoint: 'http://their.test/ask' } }
    const seen = { apps: { tls: { automation: { on_demand: ask, policies: [theirs] } } } }
    expect(automation(mergeConfig(seen, byAcme, ours(app)))).toEqual({
      on_demand: ask,
      policies: [theirs, { '@id': 'sandpiper:tls', issuers }],
    })
  })

  it('leave nothing behind when they are switched off', () => {
    const config = mergeConfig(null, byAcme, ours(app), { ...factsAtFirst, isBaseRight: true })
    const off = mergeConfig(config, { ...byAcme, tls: 'off' }, ours(app))
    expect(automation(off)).toEqual({ policies: [] })
    const internal = mergeConfig(config, { ...byAcme, tls: 'internal' }, ours(app))
    expect(automation(internal)).toEqual({ policies: [{ '@id': 'sandpiper:tls', issuers: [{ module: 'internal' }] }] })
  })
})
