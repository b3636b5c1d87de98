import { InfraError } from '../../../core/errors.js'
import type { Zone } from '../../../core/parts/wanted-records.js'
import { markName } from '../mark.js'
import { ZONES_FRESH_MS, type DnsProvider, type HeldZone, type ZoneView } from '../provider.js'
import { Remembered, RememberedBy } from '../remembered.js'
import { isDelegated, longestZone } from '../zone-cuts.js'
import { DesecClient, LABEL, type DesecOptions, type Domain } from './client.js'
import type { Rrset } from './shapes.js'
import { ZoneContent } from './zone-content.js'

const MOST_TTL = 86_400

/** deSEC (https://desec.io): one call for all changes of a domain, our marks in TXT records. */
export class DesecProvider implements DnsProvider {
  readonly name: string
  readonly label = LABEL
  private readonly client: DesecClient
  private readonly domains: Remembered<readonly Domain[]>
  private readonly ns: RememberedBy<readonly Rrset[]>

  constructor(options: DesecOptions) {
    this.name = options.name
    this.client = new DesecClient(options)
    this.domains = new Remembered(options.clock, ZONES_FRESH_MS)
    this.ns = new RememberedBy(options.clock, ZONES_FRESH_MS)
  }

  /** Removes record sets that are not there: that changes nothing, and is refused without the right to. */
  async check(name: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      const domain = await this.client.domainOf(plain(name), signal)
      if (domain === null) {
        return [
          `The deSEC account of this token has no domain for ${name}. Add the domain there, or use another account.`,
        ]
      }
      const subname = markName('check')
      const edits = ['A', 'AAAA', 'TXT'].map((type) => ({ subname, type, ttl: domain.minimumTtl, records: [] }))
      await this.client.write('PATCH', domain.name, edits, signal)
      return []
    } catch (error) {
      if (!(error instanceof InfraError) || error.retry === 'later') throw error
      const sentence = error.sentence ?? error.message
      return [`${sentence}. Its policies must allow writing A, AAAA and TXT record sets of the domain.`]
    }
  }

  async zoneOf(name: string, signal: AbortSignal): Promise<HeldZone | null> {
    const domain = longestZone(plain(name), await this.domains.get(() => this.client.domains(signal)))
    if (domain === null) return null
    const ns = await this.ns.get(domain.name, () => this.client.rrsets(domain.name, 'NS', signal))
    const owners = ns.map(({ subname }) => (subname === '' ? domain.name : `${subname}.${domain.name}`))
    if (isDelegated(plain(name), domain.name, owners)) return null
    const apex = ns.find(({ subname }) => subname === '')
    return {
      provider: this.name,
      label: LABEL,
      name: domain.name,
      id: domain.name,
      ttl: { least: domain.minimumTtl, most: MOST_TTL },
      proxies: false,
      nameServers: (apex?.records ?? []).map((server) => server.replace(/\.$/, '').toLowerCase()).sort(),
    }
  }

  async look(zone: HeldZone, names: readonly string[], signal: AbortSignal): Promise<ZoneView> {
    const content = new ZoneContent(zone.name, await this.client.rrsets(zone.name, null, signal), zone.ttl.least)
    return {
      seen: content.seenAt(names),
      change: async (changes, abort) => {
        const edits = content.editsFor(changes)
        await this.client.write(content.areNew(edits) ? 'POST' : 'PATCH', zone.name, edits, abort)
      },
    }
  }

  writableIn(zone: Zone): number {
    return this.client.writableIn(zone.name)
  }
}

function plain(name: string): string {
  return name.replace(/^\*\./, '')
}
