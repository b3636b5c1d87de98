import { InfraError } from '../../core/errors.js'
import type { RecordChange, RecordSet, RecordType, SeenRecordSet } from '../../core/parts/record-set.js'
import type { PublicAddresses, Zone } from '../../core/parts/wanted-records.js'
import type { DnsTrouble, RecordKeeper, Served } from '../../core/ports.js'
import { untilServed, type PropagationOptions } from './propagation.js'
import type { DnsProvider, HeldZone, ZoneView } from './provider.js'
import type { PublicAddressBook } from './public-addresses.js'
import { Resolver } from './resolver.js'
import type { ServerAddress } from './wire/ask.js'

export interface DnsKeeperParts {
  readonly providers: readonly DnsProvider[]
  readonly resolver: Resolver
  readonly addressBook: PublicAddressBook
  readonly propagation: PropagationOptions
  /** Asked for information alone. */
  readonly publicResolvers: readonly ServerAddress[]
}

/** Record sets, whichever of the providers holds their zone. */
export class DnsKeeper implements RecordKeeper {
  /** As their providers last described them. */
  private readonly held = new Map<string, HeldZone>()
  private readonly views = new Map<string, ZoneView>()

  constructor(private readonly parts: DnsKeeperParts) {}

  async zoneOf(name: string, signal: AbortSignal): Promise<HeldZone | null> {
    const held = await Promise.all(this.parts.providers.map((provider) => zoneAt(provider, name, signal)))
    const zones = held.flatMap((one) => (one === null || one instanceof InfraError ? [] : [one]))
    const [zone = null] = zones.sort((a, b) => b.name.length - a.name.length)
    const refusal = held.find((one) => one instanceof InfraError)
    if (zone === null && refusal !== undefined) throw refusal
    if (zone !== null) this.held.set(keyOf(zone), zone)
    return zone
  }

  async observe(zone: Zone, names: readonly string[], signal: AbortSignal): Promise<readonly SeenRecordSet[]> {
    const view = await this.providerOf(zone).look(this.heldAs(zone), names, signal)
    this.views.set(keyOf(zone), view)
    return view.seen
  }

  async apply(changes: readonly RecordChange[], zone: Zone, signal: AbortSignal): Promise<void> {
    const view = this.views.get(keyOf(zone))
    if (view === undefined) throw new Error(`${zone.name} was changed before it was looked at`)
    this.views.delete(keyOf(zone))
    await view.change(changes, signal)
  }

  writableIn(zone: Zone): number {
    return this.providerOf(zone).writableIn(zone)
  }

  addresses(signal: AbortSignal): Promise<PublicAddresses> {
    return this.parts.addressBook.addresses(signal)
  }

  async untilServed(
    zone: Zone,
    sets: readonly RecordSet[],
    report: (served: Served) => void,
    signal: AbortSignal,
  ): Promise<Served> {
    return untilServed(this.heldAs(zone), sets, this.parts.propagation, report, signal)
  }

  async seenBy(sets: readonly RecordSet[], signal: AbortSignal): Promise<readonly string[]> {
    const plain = sets.filter(({ proxied }) => !proxied)
    if (plain.length === 0) return []
    const seen = await Promise.all(
      this.parts.publicResolvers.map(async (server) => {
        const resolver = new Resolver([server])
        const right = await Promise.all(
          plain.map(async ({ name, type, values }) => {
            const found = await resolver.addresses(name, type, signal).catch(() => [])
            return found.join() === values.join()
          }),
        )
        return right.every(Boolean) ? [server.host] : []
      }),
    )
    return seen.flat()
  }

  resolve(name: string, type: RecordType, signal: AbortSignal): Promise<readonly string[]> {
    return this.parts.resolver.addresses(name, type, signal)
  }

  async troubles(name: string, signal: AbortSignal): Promise<readonly DnsTrouble[]> {
    const zone = await this.zoneOf(name, signal)
    if (zone === null) return (await Promise.all(this.parts.providers.map((one) => rights(one, name, signal)))).flat()
    const [missing, astray] = await Promise.all([
      rights(this.providerOf(zone), name, signal),
      this.astray(name, zone, signal),
    ])
    return [...missing, ...astray]
  }

  /** Whether the world finds this name in the zone that we hold, at servers that our provider knows. */
  private async astray(name: string, zone: HeldZone, signal: AbortSignal): Promise<readonly DnsTrouble[]> {
    const world = await this.parts.resolver.zoneOf(name.replace(/^\*\./, ''), signal).catch(() => undefined)
    // Nobody could be asked: that says nothing.
    if (world === undefined) return []
    const ours = zone.nameServers.join(', ')
    if (world === null) return [{ subject: zone.name, detail: `nobody is sent to its name servers (${ours})` }]
    if (world.name !== zone.name) {
      return [
        { subject: name, detail: `the world finds it in the zone ${world.name}, and ${zone.label} keeps ${zone.name}` },
      ]
    }
    if (world.nameServers.some((server) => zone.nameServers.includes(server))) return []
    const theirs = world.nameServers.join(', ')
    return [{ subject: zone.name, detail: `the world is sent to ${theirs}, and ${zone.label} answers at ${ours}` }]
  }

  private heldAs(zone: Zone): HeldZone {
    const held = this.held.get(keyOf(zone))
    if (held === undefined) throw new Error(`${zone.name} was never found`)
    return held
  }

  private providerOf(zone: Zone): DnsProvider {
    const provider = this.parts.providers.find(({ name }) => name === zone.provider)
    if (provider === undefined) throw new Error(`there is no DNS provider ${zone.provider}`)
    return provider
  }
}

/** One that refuses us must not stop the others; of one that does not answer we cannot know what it holds. */
async function zoneAt(provider: DnsProvider, name: string, signal: AbortSignal): Promise<HeldZone | InfraError | null> {
  try {
    return await provider.zoneOf(name, signal)
  } catch (error) {
    if (error instanceof InfraError && error.retry === 'never') return error
    throw error
  }
}

async function rights(provider: DnsProvider, name: string, signal: AbortSignal): Promise<readonly DnsTrouble[]> {
  const missing = await provider.check(name, signal)
  return missing.map((detail) => ({ subject: provider.name, detail }))
}

function keyOf({ provider, name }: Zone): string {
  return `${provider} ${name}`
}
