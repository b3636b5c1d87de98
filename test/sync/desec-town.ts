import { DesecProvider } from '../../src/infra/dns/desec/provider.js'
import { DnsKeeper } from '../../src/infra/dns/keeper.js'
import { PublicAddressBook } from '../../src/infra/dns/public-addresses.js'
import { Resolver } from '../../src/infra/dns/resolver.js'
import type { DnsMode } from '../../src/core/parts/wanted-records.js'
import { DesecDouble } from '../peers/dns/desec-double.js'
import { NameServer, type DoubleReply } from '../peers/dns/name-server.js'
import { ManualClock } from '../peers/manual-clock.js'
import { RecordTown } from './record-town.js'

export const ZONE = 'example.co.uk'

export interface DesecTown {
  readonly town: RecordTown
  readonly double: DesecDouble
  readonly clock: ManualClock
  /** Whether the zone's own server has what the API took. */
  late: boolean
  /** `name type value` of every address in the zone, sorted. */
  readonly addresses: () => readonly string[]
  readonly close: () => Promise<void>
}

interface Options {
  /** False: the provider is `none`. */
  readonly isKept?: boolean
  readonly mode?: DnsMode
  readonly A?: string
  readonly AAAA?: string
  readonly sources?: readonly string[]
  /** What the world's resolver says. */
  readonly world?: (name: string, type: string) => DoubleReply
}

/** A town whose zone is at deSEC, whose servers say at once what its API took. */
export async function desecTown(options: Options = {}): Promise<DesecTown> {
  const { isKept = true, mode = 'per-sandbox', A = '203.0.113.7', AAAA = '2001:db8::7', sources = [] } = options
  const clock = new ManualClock()
  const double = await new DesecDouble(clock).start()
  double.addDomain(ZONE)
  const recordsAt = (name: string, type: string) =>
    double
      .rrsets(ZONE)
      .filter((one) => one.type === type && `${one.subname}.${ZONE}` === name)
      .flatMap(({ records }) => records.map((data) => ({ name, type: type as 'A' | 'AAAA', data })))
  const own = await NameServer.open((name, type) => ({
    rcode: 0,
    authoritative: true,
    answer: the.late ? [] : recordsAt(name, type),
    authority: [],
  }))
  const world = await NameServer.open(options.world)
  const resolver = new Resolver([world.address])
  const { token, url } = double
  const keeper = new DnsKeeper({
    providers: isKept ? [new DesecProvider({ name: 'desec', token, url, timeLimitMs: 400, clock })] : [],
    resolver,
    addressBook: new PublicAddressBook({ A, AAAA, sources, own: () => [], clock, timeLimitMs: 2000 }),
    propagation: { resolver, serversOf: () => [own.address], everyMs: 5, limitMs: 500 },
    publicResolvers: [],
  })
  const town = new RecordTown(keeper, clock, mode)
  const the: DesecTown = {
    late: false,
    town,
    double,
    clock,
    addresses: () =>
      double
        .rrsets(ZONE)
        .filter(({ type }) => type === 'A' || type === 'AAAA')
        .flatMap(({ subname, type, records }) => records.map((data) => `${subname}.${ZONE} ${type} ${data}`))
        .sort(),
    close: async () => {
      await town.close()
      own.close()
      world.close()
      await double.close()
    },
  }
  return the
}
