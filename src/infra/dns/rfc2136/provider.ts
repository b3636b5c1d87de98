import { markName } from '../mark.js'
import { ZONES_FRESH_MS, type DnsProvider, type HeldZone, type ZoneView } from '../provider.js'
import { RememberedBy } from '../remembered.js'
import type { ServerAddress } from '../wire/ask.js'
import { InfraError } from '../../../core/errors.js'
import type { Clock } from '../../../core/ports.js'
import { isSamePlace } from '../../../core/parts/record-set.js'
import { lookAt } from './look.js'
import { nsupdate } from './nsupdate.js'
import { recordsAt, walkToZone } from './queries.js'
import type { TsigKey } from './tsig-key.js'
import { updateScript } from './update-script.js'

export interface Rfc2136Options {
  readonly name: string
  /** The zone's primary: it is asked, and it takes the updates. */
  readonly server: ServerAddress
  readonly key: TsigKey
  /** Milliseconds for one update. */
  readonly timeLimitMs: number
  readonly clock: Clock
}

const LEAST_TTL = 1
const MOST_TTL = 604_800

/** Any server that takes signed updates (RFC 2136, TSIG): BIND, Knot, PowerDNS. */
export class Rfc2136Provider implements DnsProvider {
  readonly name: string
  readonly label: string

  private readonly zones: RememberedBy<HeldZone | null>

  constructor(private readonly options: Rfc2136Options) {
    this.name = options.name
    this.zones = new RememberedBy(options.clock, ZONES_FRESH_MS)
    this.label = `the DNS server ${options.server.host}`
  }

  /** Removes a record that is not there: that changes nothing, and is refused without the right to. */
  async check(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const zone = await this.zoneOf(name, signal)
    if (zone === null) return [`${this.label} keeps no zone for ${name}. Make one there, or choose another server.`]
    const { server, key, timeLimitMs } = this.options
    const at = markName(`check.${name.replace(/^\*\./, '')}`)
    const script = [
      `server ${server.host} ${server.port}`,
      `zone ${zone.name}.`,
      `key ${key.algorithm}:${key.name} ${key.secret}`,
      ...['A', 'AAAA', 'TXT'].map((type) => `update delete ${at}. ${type}`),
      'send',
      '',
    ].join('\n')
    try {
      await nsupdate(script, `check of ${zone.name}`, timeLimitMs, signal)
      return []
    } catch (error) {
      if (!(error instanceof InfraError) || error.retry === 'later') throw error
      return [
        `${zone.name}: ${error.sentence ?? error.message}. Its key "${key.name}" must be allowed to change A, AAAA and TXT records.`,
      ]
    }
  }

  zoneOf(name: string, signal: AbortSignal): Promise<HeldZone | null> {
    return this.zones.get(name, () => this.zoneNow(name, signal))
  }

  private async zoneNow(name: string, signal: AbortSignal): Promise<HeldZone | null> {
    const { server } = this.options
    const zone = await walkToZone(server, name, signal)
    if (zone === null) return null
    const servers = await recordsAt(server, zone, 'NS', signal)
    return {
      provider: this.name,
      label: this.label,
      name: zone,
      id: zone,
      ttl: { least: LEAST_TTL, most: MOST_TTL },
      proxies: false,
      nameServers: servers.map(({ data }) => data).sort(),
    }
  }

  async look(zone: HeldZone, names: readonly string[], signal: AbortSignal): Promise<ZoneView> {
    const { server, key, timeLimitMs } = this.options
    const { seen, marks } = await lookAt(server, zone.name, names, signal)
    return {
      seen,
      change: async (changes, abort) => {
        const markedFor = (place: { name: string; type: 'A' | 'AAAA' }): string | null =>
          marks.find((mark) => isSamePlace(mark.place, place))?.owner ?? null
        const script = updateScript({ server, zone: zone.name, key, changes, markedFor })
        await nsupdate(script, `${changes.length} changes of ${zone.name}`, timeLimitMs, abort)
      },
    }
  }

  /** A server of one's own has no write limits. */
  writableIn(): number {
    return 0
  }
}
