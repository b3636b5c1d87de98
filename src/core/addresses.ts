import { familyOf, numberOf, subnetOf, textOf, type Family } from './ip.js'
import type { Sandbox } from './sandbox.js'
import type { Network } from './state.js'

export type Addresses = Pick<Sandbox, 'ipv4' | 'ipv6'>

/**
 * Free addresses for a pin, one of each family that the bridge has and can pin. IPv4: the lowest in `pins`, or in the
 * whole subnet outside DHCP. IPv6: the one that ends in the IPv4 address, or the next free one. Null where none is left.
 */
export function allocateAddresses(
  network: Network,
  pins: readonly [string, string] | null,
  taken: readonly Addresses[],
): Addresses | null {
  const used = taken.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]).filter((address) => address !== null)
  const ipv4 = network.ipv4 === null ? null : lowest4(network, network.ipv4, pins, used)
  if (network.ipv4 !== null && ipv4 === null) return null
  const ipv6 = network.ipv6 === null || !network.pinsIpv6 ? null : next6(network, network.ipv6, ipv4, used)
  return ipv4 === null && ipv6 === null ? null : { ipv4, ipv6 }
}

function lowest4(
  network: Network,
  cidr: string,
  pins: readonly [string, string] | null,
  used: readonly string[],
): string | null {
  const { first, last } = subnetOf(cidr)
  const [low, high] = pins === null ? [first, last] : [numberOf(pins[0], 4), numberOf(pins[1], 4)]
  return firstFree(network, 4, low > first ? low : first + 1n, high < last ? high : last - 1n, [cidr, ...used])
}

function next6(network: Network, cidr: string, ipv4: string | null, used: readonly string[]): string | null {
  const { first, last } = subnetOf(cidr)
  const like4 = ipv4 === null ? first : first + numberOf(ipv4, 4)
  return firstFree(network, 6, like4 > first && like4 <= last ? like4 : first + 1n, last, [cidr, ...used])
}

function firstFree(network: Network, family: Family, from: bigint, to: bigint, used: readonly string[]): string | null {
  const isOfFamily = (address: string): boolean => familyOf(address) === family
  const addresses = [...network.leased, ...used].map((address) => address.split('/')[0] ?? '').filter(isOfFamily)
  const taken = new Set(addresses.map((address) => numberOf(address, family)))
  const dynamic = network.dhcpRanges
    .filter(([start]) => isOfFamily(start))
    .map(([start, end]) => [numberOf(start, family), numberOf(end, family)] as const)
  for (let address = from; address <= to; address += 1n) {
    const range = dynamic.find(([start, end]) => address >= start && address <= end)
    if (range !== undefined) address = range[1]
    else if (!taken.has(address)) return textOf(address, family)
  }
  return null
}
