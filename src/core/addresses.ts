import type { Network } from './state.js'

/** The lowest free IPv4 address for a pin: in `pins`, or in the whole subnet outside DHCP; null where none is left. */
export function allocateAddress(
  network: Network,
  pins: readonly [string, string] | null,
  taken: ReadonlySet<string>,
): string | null {
  const [gateway = '', bits = '24'] = network.ipv4.split('/')
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(number(gateway) / size) * size
  const [low, high] = pins === null ? [first, first + size] : [number(pins[0]), number(pins[1])]
  const [from, to] = [Math.max(low, first + 1), Math.min(high, first + size - 2)]
  const used = new Set([gateway, ...network.leased, ...taken])
  const dynamic = network.dhcpRanges.map(([start, end]) => [number(start), number(end)] as const)
  for (let address = from; address <= to; address += 1) {
    const range = dynamic.find(([start, end]) => address >= start && address <= end)
    if (range !== undefined) address = range[1]
    else if (!used.has(text(address))) return text(address)
  }
  return null
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
