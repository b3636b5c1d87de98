import { InfraError } from '../../../core/errors.js'
import { canonicalName } from '../../../core/domain-name.js'
import type { RecordChange } from '../../../core/parts/record-set.js'
import { ZONES_FRESH_MS, type DnsProvider, type HeldZone, type ZoneView } from '../provider.js'
import { Remembered, RememberedBy } from '../remembered.js'
import { isDelegated, longestZone } from '../zone-cuts.js'
import { BATCH_SIZE, CloudflareClient, LABEL, type CloudflareOptions } from './client.js'
import type { CloudflareRecord, CloudflareZone } from './shapes.js'
import { ZoneContent } from './zone-content.js'

/** Seconds: what a plan without extras takes for records that are not proxied. */
const TTL = { least: 60, most: 86_400 }
const EDIT = '#dns_records:edit'

/** Cloudflare: one transaction for all changes of a zone, our mark in each record's comment. */
export class CloudflareProvider implements DnsProvider {
  readonly name: string
  readonly label = LABEL
  private readonly client: CloudflareClient
  private readonly zones: Remembered<readonly CloudflareZone[]>
  private readonly ns: RememberedBy<readonly CloudflareRecord[]>

  constructor(private readonly options: CloudflareOptions) {
    this.name = options.name
    this.client = new CloudflareClient(options)
    this.zones = new Remembered(options.clock, ZONES_FRESH_MS)
    this.ns = new RememberedBy(options.clock, ZONES_FRESH_MS)
  }

  async check(name: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      const zone = longestZone(name, await this.client.zones(signal))
      if (zone === null) {
        return [
          `The Cloudflare token sees no zone for ${name}. It needs Zone → Zone → Read and Zone → DNS → Edit for it.`,
        ]
      }
      await this.client.records(zone, 'NS', signal)
      const mayEdit = zone.permissions.length === 0 || zone.permissions.includes(EDIT)
      return mayEdit
        ? []
        : [`The Cloudflare token may read ${zone.name} and not change it. It needs Zone → DNS → Edit.`]
    } catch (error) {
      if (!(error instanceof InfraError) || error.retry === 'later') throw error
      return [`${error.sentence ?? error.message}. It needs Zone → Zone → Read and Zone → DNS → Edit.`]
    }
  }

  async zoneOf(name: string, signal: AbortSignal): Promise<HeldZone | null> {
    const plain = name.replace(/^\*\./, '')
    const zone = longestZone(plain, await this.zones.get(() => this.client.zones(signal)))
    if (zone === null) return null
    const ns = await this.ns.get(zone.id, () => this.client.records(zone, 'NS', signal))
    if (
      isDelegated(
        plain,
        canonicalName(zone.name),
        ns.map((record) => record.name),
      )
    )
      return null
    return held(zone, this.options)
  }

  async look(zone: HeldZone, names: readonly string[], signal: AbortSignal): Promise<ZoneView> {
    const content = new ZoneContent(
      await this.client.records({ ...zone, name_servers: [], permissions: [] }, null, signal),
    )
    return {
      seen: content.seenAt(names),
      change: async (changes, abort) => {
        for (const some of inBatches(changes)) await this.client.batch(zone, content.batchFor(some), abort)
      },
    }
  }

  writableIn(): number {
    return this.client.readyIn()
  }
}

function held(
  { id, name, name_servers: servers }: CloudflareZone,
  { name: provider, proxied }: CloudflareOptions,
): HeldZone {
  return {
    provider,
    label: LABEL,
    name: canonicalName(name),
    id,
    ttl: TTL,
    proxies: proxied,
    nameServers: servers.map(canonicalName).sort(),
  }
}

/** One, except where more change than a batch takes: each record set is at most two operations here. */
function inBatches(changes: readonly RecordChange[]): readonly (readonly RecordChange[])[] {
  const size = BATCH_SIZE / 2
  return Array.from({ length: Math.ceil(changes.length / size) }, (_, index) =>
    changes.slice(index * size, (index + 1) * size),
  )
}
