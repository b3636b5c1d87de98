import { afterEach, describe, expect, it } from 'vitest'
import { InfraError } from '../../../src/core/errors.js'
import { recordSet } from '../../../src/core/parts/record-set.js'
import { DnsKeeper, type DnsKeeperParts } from '../../../src/infra/dns/keeper.js'
import type { DnsProvider, HeldZone } from '../../../src/infra/dns/provider.js'
import { agreed, isPublic, PublicAddressBook } from '../../../src/infra/dns/public-addresses.js'
import { Resolver } from '../../../src/infra/dns/resolver.js'
import { never } from '../../contract/dns.js'
import { NameServer } from '../../peers/dns/name-server.js'
import { ManualClock } from '../../peers/manual-clock.js'

const clock = new ManualClock()
const servers: NameServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function zone(provider: string, name: string): HeldZone {
  const ttl = { least: 60, most: 86_400 }
  return { provider, label: provider, name, id: name, ttl, proxies: false, nameServers: [] }
}

/** One that holds these zones, or answers with that error. */
function provider(name: string, zones: readonly string[] | InfraError): DnsProvider {
  return {
    name,
    label: name,
    check: async () => [],
    zoneOf: async (asked) => {
      if (zones instanceof InfraError) throw zones
      const found = zones
        .filter((one) => asked === one || asked.endsWith(`.${one}`))
        .sort((a, b) => b.length - a.length)
      return found[0] === undefined ? null : zone(name, found[0])
    },
    look: async () => ({ seen: [], change: async () => undefined }),
    writableIn: () => 0,
  }
}

function keeper(providers: readonly DnsProvider[], change: Partial<DnsKeeperParts> = {}): DnsKeeper {
  const resolver = new Resolver([])
  return new DnsKeeper({
    providers,
    resolver,
    addressBook: new PublicAddressBook({
      A: 'none',
      AAAA: 'none',
      sources: [],
      own: () => [],
      clock,
      timeLimitMs: 100,
    }),
    propagation: { resolver, serversOf: () => [], everyMs: 5, limitMs: 40 },
    publicResolvers: [],
    ...change,
  })
}

const refusal = new InfraError('dns', 'never', 'the token is gone')
const silence = new InfraError('dns', 'later', 'nobody answers')

describe('several providers', () => {
  it('give the longest zone that one of them holds', async () => {
    const one = keeper([provider('a', ['example.com']), provider('b', ['box.example.com', 'example.org'])])
    expect(await one.zoneOf('app.box.example.com', never)).toMatchObject({ provider: 'b', name: 'box.example.com' })
    expect(await one.zoneOf('app.example.com', never)).toMatchObject({ provider: 'a' })
    expect(await one.zoneOf('app.example.net', never)).toBeNull()
  })

  it('do without one that refuses us, where another holds the zone', async () => {
    const one = keeper([provider('a', refusal), provider('b', ['example.com'])])
    expect(await one.zoneOf('app.example.com', never)).toMatchObject({ provider: 'b' })
    await expect(one.zoneOf('app.example.net', never)).rejects.toBe(refusal)
  })

  it('wait for one that does not answer: it may hold a longer one', async () => {
    await expect(
      keeper([provider('a', silence), provider('b', ['example.com'])]).zoneOf('app.example.com', never),
    ).rejects.toBe(silence)
  })
})

describe('the zone’s own servers', () => {
  const set = recordSet({ name: 'a.example.com', type: 'A', values: ['192.0.2.1'], ttl: 60, proxied: false })

  async function server(data: string | null, authoritative = true): Promise<NameServer> {
    const answer = data === null ? [] : [{ name: set.name, type: 'A' as const, data }]
    const opened = await NameServer.open(() => ({ rcode: 0, authoritative, answer, authority: [] }))
    servers.push(opened)
    return opened
  }

  async function served(...given: readonly NameServer[]) {
    const resolver = new Resolver([])
    const serversOf = () => given.map(({ address }) => address)
    const one = keeper([provider('a', ['example.com'])], {
      propagation: { resolver, serversOf, everyMs: 5, limitMs: 40 },
    })
    const held = await one.zoneOf('example.com', never)
    if (held === null) throw new Error('no zone')
    const reports: string[] = []
    const end = await one.untilServed(held, [set], ({ by, of }) => void reports.push(`${by}/${of}`), never)
    return { end, reports }
  }

  it('are asked until all of them say what is wanted', async () => {
    const late = await server(null)
    late.says(() => {
      const answer = late.questions.length < 3 ? [] : [{ name: set.name, type: 'A' as const, data: '192.0.2.1' }]
      return { rcode: 0, authoritative: true, answer, authority: [] }
    })
    const { end, reports } = await served(await server('192.0.2.1'), late)
    expect(end).toEqual({ by: 2, of: 2 })
    expect(reports[0]).toBe('1/2')
    expect(reports.at(-1)).toBe('2/2')
  })

  it('are given up in the end; what a cache says counts for nothing', async () => {
    expect((await served(await server('192.0.2.9'), await server('192.0.2.1', false))).end).toEqual({ by: 0, of: 2 })
  })

  it('are told apart from public resolvers, which are asked for information alone', async () => {
    const [knows, knowsNot] = [await server('192.0.2.1', false), await server(null, false)]
    const one = keeper([], { publicResolvers: [knows.address, knowsNot.address] })
    expect(await one.seenBy([set], never)).toEqual(['127.0.0.1'])
  })
})

describe('our public addresses', () => {
  it.each([
    [[], { state: 'unknown', isDisputed: false }],
    [['203.0.113.7'], { state: 'known', address: '203.0.113.7' }],
    [['203.0.113.7', '203.0.113.7'], { state: 'known', address: '203.0.113.7' }],
    [['203.0.113.7', '203.0.113.8'], { state: 'unknown', isDisputed: true }],
  ])('of %j are agreed upon or not', (addresses, expected) => {
    const answers = addresses.map((address, index) => ({ from: `source-${index}`, address }))
    expect(agreed('A', answers)).toMatchObject(expected)
  })

  it.each([
    ['203.0.113.7', true],
    ['10.0.0.1', false],
    ['100.64.1.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['192.168.1.1', false],
    ['2001:db8::1', true],
    ['fd00::1', false],
    ['fe80::1', false],
    ['::1', false],
    ['nonsense', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected)
  })

  it('are as they are configured, in their one form', async () => {
    const options = { sources: [], own: () => [], clock, timeLimitMs: 100 }
    const book = new PublicAddressBook({ A: 'none', AAAA: '2001:DB8:0::7', ...options })
    expect(await book.addresses(never)).toEqual({
      A: { state: 'none' },
      AAAA: { state: 'known', address: '2001:db8::7' },
    })
  })
})
