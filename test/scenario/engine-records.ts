import { dnsSettings } from '../../src/config/settings.js'
import { configSchema } from '../../src/config/schema.js'
import { openDns } from '../../src/open-dns.js'
import { RecordLoop, type RecordParts } from '../../src/sync/record-loop.js'
import { noRecords, type Records } from '../../src/sync/records.js'
import type { TestHost } from './engine.js'

/** The part of a configuration that is about record sets, as it stands in a file. */
export interface HostRecords {
  readonly domains: Readonly<Record<string, unknown>>
  readonly providers: readonly Readonly<Record<string, unknown>>[]
}

type Rest = Pick<RecordParts, 'store' | 'announcer' | 'progress' | 'clock' | 'poke' | 'log'>

/** As the service joins them from its configuration. */
export function recordsFor(host: Pick<TestHost, 'base' | 'records'>, rest: Rest): Records {
  if (host.records === null) return noRecords(rest.clock)
  const { domains, providers } = host.records
  const config = configSchema.parse({ domains: { base: host.base, ...domains }, dns: { providers } })
  const keeper = openDns(config, rest.clock)
  if (keeper === null) return noRecords(rest.clock)
  return new RecordLoop({
    ...rest,
    keeper,
    base: host.base,
    dns: dnsSettings(config),
    policy: () => ({ mode: 'repair', paused: false, guardShare: 0.5 }),
    schedule: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
}
