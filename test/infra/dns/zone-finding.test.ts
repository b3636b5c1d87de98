import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CloudflareProvider } from '../../../src/infra/dns/cloudflare/provider.js'
import { DesecProvider } from '../../../src/infra/dns/desec/provider.js'
import { DnsKeeper } from '../../../src/infra/dns/keeper.js'
import type { DnsProvider } from '../../../src/infra/dns/provider.js'
import { PublicAddressBook } from '../../../src/infra/dns/public-addresses.js'
import { Resolver } from '../../../src/infra/dns/resolver.js'
import { Rfc2136Provider } from '../../../src/infra/dns/rfc2136/provider.js'
import { never } from '../../contract/dns.js'
import { CloudflareDouble } from '../../peers/dns/cloudflare-double.js'
import { DesecDouble } from '../../peers/dns/desec-double.js'
import { NameServer } from '../../peers/dns/name-server.js'
import { ManualClock } from '../../peers/manual-clock.js'
import { authoritative, heldByUs, names, recursive, resolve, serverOf, trees, type ZoneTree } from './zone-tree.js'

const LIMIT_MS = 2000
/** Long enough between two questions that no write limit counts. */
const clock = new ManualClock({ stepMs: 60 * 60_000 })

let server: NameServer
let world: NameServer
beforeAll(async () => {
  server = await NameServer.open()
  world = await NameServer.open()
})
afterAll(() => {
  server.close()
  world.close()
})

interface Held {
  readonly provider: DnsProvider
  readonly close: () => Promise<void>
}

const cutsOf = (tree: ZoneTree, zone: string) =>
  tree.delegations.filter(({ from }) => from.at === 'ours' && from.name === zone)
const belowCuts = (tree: ZoneTree) => tree.delegations.flatMap(({ name }) => [name, `app.${name}`])
const ourZones = (tree: ZoneTree) => tree.zones.filter(({ at }) => at === 'ours').map(({ name }) => name)

async function cloudflare(tree: ZoneTree): Promise<Held> {
  const double = await new CloudflareDouble(clock).start()
  for (const zone of ourZones(tree)) {
    double.addZone(zone)
    for (const { name, to } of cutsOf(tree, zone)) double.put(zone, name, 'NS', serverOf(to))
  }
  const { token, url } = double
  const options = { name: 'ours', token, url, proxied: false, timeLimitMs: LIMIT_MS, clock }
  return { provider: new CloudflareProvider(options), close: () => double.close() }
}

async function desec(tree: ZoneTree): Promise<Held> {
  const double = await new DesecDouble(clock).start()
  for (const zone of ourZones(tree)) {
    double.addDomain(zone)
    for (const { name, to } of cutsOf(tree, zone)) {
      const subname = name.slice(0, -zone.length - 1)
      double.put(zone, { subname, type: 'NS', ttl: 3600, records: [`${serverOf(to)}.`] })
    }
  }
  const { token, url } = double
  const options = { name: 'ours', token, url, timeLimitMs: LIMIT_MS, clock }
  return { provider: new DesecProvider(options), close: () => double.close() }
}

async function rfc2136(tree: ZoneTree): Promise<Held> {
  server.says((name, type) => authoritative(tree, 'ours', name, type))
  const key = { name: 'key', algorithm: 'hmac-sha256', secret: '' }
  const options = { name: 'ours', server: server.address, key, timeLimitMs: LIMIT_MS, clock }
  return { provider: new Rfc2136Provider(options), close: async () => {} }
}

/** The zone that we would keep a name in, and whether we say that the world looks elsewhere. */
async function found(
  provider: DnsProvider,
  tree: ZoneTree,
  name: string,
): Promise<{ zone: string | null; warned: boolean }> {
  world.says((asked, type) => recursive(tree, asked, type))
  const resolver = new Resolver([world.address])
  const asked = { ...provider, name: provider.name, label: provider.label }
  const silent: DnsProvider = {
    ...asked,
    check: async () => [],
    // The doubles of the two services have name servers of their own.
    zoneOf: async (...given) => {
      const zone = await provider.zoneOf(...given)
      return zone === null ? null : { ...zone, nameServers: [serverOf('ours')] }
    },
    look: (...given) => provider.look(...given),
    writableIn: (zone) => provider.writableIn(zone),
  }
  const keeper = new DnsKeeper({
    providers: [silent],
    resolver,
    addressBook: new PublicAddressBook({
      A: 'none',
      AAAA: 'none',
      sources: [],
      own: () => [],
      clock,
      timeLimitMs: LIMIT_MS,
    }),
    propagation: { resolver, serversOf: () => [], everyMs: 1, limitMs: 1 },
    publicResolvers: [],
  })
  const zone = await keeper.zoneOf(name, never)
  const troubles = zone === null ? [] : await keeper.troubles(name, never)
  return { zone: zone?.name ?? null, warned: troubles.length > 0 }
}

describe.each([
  ['Cloudflare', cloudflare],
  ['deSEC', desec],
  ['RFC 2136', rfc2136],
] as const)('finding zones with %s', (_, open) => {
  it(
    'ends where a resolver lands; where that is with others, it keeps nothing or says so',
    { timeout: 60_000 },
    async () => {
      const property = fc.asyncProperty(trees, fc.array(names, { minLength: 1, maxLength: 4 }), async (tree, some) => {
        const { provider, close } = await open(tree)
        try {
          for (const name of new Set([...some, ...ourZones(tree), ...belowCuts(tree)])) {
            const landing = resolve(tree, name)
            const { zone, warned } = await found(provider, tree, name)
            expect({ name, zone }).toEqual({ name, zone: heldByUs(tree, name) })
            if (landing?.at === 'ours')
              expect({ name, zone, warned }).toEqual({ name, zone: landing.zone, warned: false })
            // Where a resolver lands nowhere, nobody could be asked.
            else if (landing !== null) expect({ name, safe: zone === null || warned }).toEqual({ name, safe: true })
          }
        } finally {
          await close()
        }
      })
      await fc.assert(property, { numRuns: 60 })
    },
  )
})

describe('a zone', () => {
  it('is a suffix on label boundaries, whatever its suffix is: two parts, a host of others’ pages, an IDN', async () => {
    const tree: ZoneTree = {
      zones: [
        { name: 'test', at: 'registry' },
        ...['example.co.test', 'user.github-pages.test', 'xn--bcher-kva.test'].map((name) => ({
          name,
          at: 'ours' as const,
        })),
      ],
      delegations: [],
    }
    for (const open of [cloudflare, desec, rfc2136]) {
      const { provider, close } = await open(tree)
      const zoneOf = async (name: string) => (await provider.zoneOf(name, never))?.name ?? null
      expect(await zoneOf('app.example.co.test')).toBe('example.co.test')
      expect(await zoneOf('shelley.app.user.github-pages.test')).toBe('user.github-pages.test')
      expect(await zoneOf('app.xn--bcher-kva.test')).toBe('xn--bcher-kva.test')
      expect(await zoneOf('notexample.co.test')).toBeNull()
      expect(await zoneOf('co.test')).toBeNull()
      await close()
    }
  })
})
