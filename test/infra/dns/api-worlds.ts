import { CloudflareProvider } from '../../../src/infra/dns/cloudflare/provider.js'
import { DesecProvider } from '../../../src/infra/dns/desec/provider.js'
import type { FaultyWorld } from '../../contract/dns-faults.js'
import type { ApiDouble } from '../../peers/dns/api-double.js'
import { CloudflareDouble } from '../../peers/dns/cloudflare-double.js'
import { DesecDouble } from '../../peers/dns/desec-double.js'
import { ManualClock } from '../../peers/manual-clock.js'

export const ZONE = 'example.co.uk'
const BASE = `box.${ZONE}`
/** Short: what hangs in a test hangs for ever. */
const TIME_LIMIT_MS = 400
/** A test takes no time: minutes go by between its questions, so that no limit counts and nothing is remembered. */
const STEP_MS = 4 * 60_000

export interface ApiWorld<D extends ApiDouble> extends FaultyWorld {
  readonly double: D
  readonly clock: ManualClock
}

/** An account with some other domains, for one test alone. */
export async function desecWorld(): Promise<ApiWorld<DesecDouble>> {
  const clock = new ManualClock({ stepMs: STEP_MS })
  const double = await new DesecDouble(clock).start()
  for (const name of ['other.test', ZONE, `notthis.${ZONE}`]) double.addDomain(name)
  const { token, url } = double
  return {
    double,
    clock,
    secret: token,
    breakNext: async (what, fault) => {
      double.breakOn(what === 'look' ? /^GET .*rrsets/ : /^(POST|PATCH) /, fault)
    },
    provider: new DesecProvider({ name: 'desec', token, url, timeLimitMs: TIME_LIMIT_MS, clock }),
    zone: ZONE,
    base: BASE,
    put: async (name, type, records) => {
      double.put(ZONE, { subname: name.slice(0, -ZONE.length - 1), type, ttl: 3600, records })
    },
    records: async () =>
      linesOf(
        double
          .rrsets(ZONE)
          .flatMap(({ subname, type, records }) =>
            records.map((data) => ({ name: subname === '' ? ZONE : `${subname}.${ZONE}`, type, data })),
          ),
      ),
    close: () => double.close(),
  }
}

export async function cloudflareWorld(proxied = false): Promise<ApiWorld<CloudflareDouble>> {
  const clock = new ManualClock({ stepMs: STEP_MS })
  const double = await new CloudflareDouble(clock).start()
  for (const name of ['other.test', ZONE, `notthis.${ZONE}`]) double.addZone(name)
  const { token, url } = double
  return {
    double,
    clock,
    secret: token,
    breakNext: async (what, fault) => {
      double.breakOn(what === 'look' ? /^GET .*dns_records/ : /^POST /, fault)
    },
    provider: new CloudflareProvider({ name: 'cf', token, url, proxied, timeLimitMs: TIME_LIMIT_MS, clock }),
    zone: ZONE,
    base: BASE,
    put: async (name, type, values) => {
      for (const value of values) double.put(ZONE, name, type, value)
    },
    records: async () => linesOf(double.records(ZONE).map(({ content, ...record }) => ({ ...record, data: content }))),
    close: () => double.close(),
  }
}

function linesOf(
  records: readonly { readonly name: string; readonly type: string; readonly data: string }[],
): string[] {
  const within = records.filter(({ name }) => name === BASE || name.endsWith(`.${BASE}`))
  return within.map(({ name, type, data }) => `${name} ${type} ${data}`).sort()
}
