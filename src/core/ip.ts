import { isIP } from 'node:net'

export type Family = 4 | 6

/** An address as a number, so that ranges are arithmetic. The text must be an address of this family. */
export function numberOf(address: string, family: Family): bigint {
  return family === 4
    ? address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    : BigInt(`0x${groupsOf(address).join('')}`)
}

/** The one way of writing it: RFC 5952 for IPv6. */
export function textOf(address: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.')
  const groups = address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  return canonical6(groups.join(':'))
}

export function familyOf(address: string): Family {
  return isIP(address) === 6 ? 6 : 4
}

/** `fd42::1/64`: the address of the bridge itself, and the first and last of its subnet. */
export function subnetOf(cidr: string): { readonly own: bigint; readonly first: bigint; readonly last: bigint } {
  const [address = '', bits = '0'] = cidr.split('/')
  const family = familyOf(address)
  const own = numberOf(address, family)
  const size = 1n << BigInt((family === 4 ? 32 : 128) - Number(bits))
  const first = own - (own % size)
  return { own, first, last: first + size - 1n }
}

/** The eight groups, four digits each. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = canonical6(address).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0'))
}

/** `10.0.0.5:22`, `[fd42::5]:22`. */
export function hostAndPort(address: string, port: number): string {
  return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

/** The one way of writing an address that is written already. */
export function canonicalAddress(address: string): string {
  return familyOf(address) === 6 ? canonical6(address) : address
}

function canonical6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}
