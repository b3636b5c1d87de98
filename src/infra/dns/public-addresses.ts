import { networkInterfaces } from 'node:os'
import { BlockList, isIP } from 'node:net'
import { Agent, request } from 'undici'
import { canonicalAddress } from '../../core/ip.js'
import type { PublicAddress, PublicAddresses } from '../../core/parts/wanted-records.js'
import type { Clock } from '../../core/ports.js'

export interface PublicAddressOptions {
  /** An address, `none`, or `auto`. */
  readonly A: string
  readonly AAAA: string
  /** Pages that answer with the asker's address. */
  readonly sources: readonly string[]
  /** What stands on this machine's own interfaces. */
  readonly own: () => readonly Answer[]
  readonly clock: Clock
  readonly timeLimitMs: number
}

const FAMILY = { A: 4, AAAA: 6 } as const
/** Addresses change seldom, and those who are asked do it for nothing. */
const REMEMBER_MS = 60 * 60_000
/** Where they could not be found out, or differed: sooner. */
const RETRY_MS = 60_000

/** Not seen from outside: loopback, private, link-local, shared, documentation, multicast. */
const NOT_PUBLIC = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, 'ipv4')
}
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, 'ipv6')
}

/** The addresses at which the world reaches this host: configured, or found out from several sources, each family apart. */
export class PublicAddressBook {
  private known: { readonly addresses: PublicAddresses; readonly until: number } | null = null

  constructor(private readonly options: PublicAddressOptions) {}

  /** Never throws: what cannot be found out is `unknown`, with a reason for people. */
  async addresses(signal: AbortSignal): Promise<PublicAddresses> {
    const now = this.options.clock.now().getTime()
    if (this.known !== null && now < this.known.until) return this.known.addresses
    const [A, AAAA] = await Promise.all([this.one('A', signal), this.one('AAAA', signal)])
    const isSure = A.state !== 'unknown' && AAAA.state !== 'unknown'
    this.known = { addresses: { A, AAAA }, until: now + (isSure ? REMEMBER_MS : RETRY_MS) }
    return this.known.addresses
  }

  private async one(type: 'A' | 'AAAA', signal: AbortSignal): Promise<PublicAddress> {
    const { [type]: given, sources, own, timeLimitMs } = this.options
    if (given === 'none') return { state: 'none' }
    if (given !== 'auto') return { state: 'known', address: canonicalAddress(given) }
    const answers = await Promise.all(sources.map((url) => askPage(url, FAMILY[type], timeLimitMs, signal)))
    return agreed(type, [
      ...answers.filter((answer) => answer !== null),
      ...own().filter(({ address }) => isIP(address) === FAMILY[type] && isPublic(address)),
    ])
  }
}

export interface Answer {
  readonly from: string
  readonly address: string
}

/** One address where all agree. Several, or none, and nothing is changed in DNS on their word. */
export function agreed(type: 'A' | 'AAAA', answers: readonly Answer[]): PublicAddress {
  const addresses = [...new Set(answers.map(({ address }) => address))]
  const [address] = addresses
  const family = type === 'A' ? 'IPv4' : 'IPv6'
  if (address === undefined)
    return { state: 'unknown', why: `nobody could tell our ${family} address`, isDisputed: false }
  if (addresses.length === 1) return { state: 'known', address }
  const each = answers.map((one) => `${one.address} (${one.from})`).join(', ')
  return { state: 'unknown', why: `the sources disagree on our ${family} address: ${each}`, isDisputed: true }
}

export function isPublic(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && !NOT_PUBLIC.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** Null where it does not answer over this family, or with no public address. */
async function askPage(url: string, family: 4 | 6, timeLimitMs: number, signal: AbortSignal): Promise<Answer | null> {
  const agent = new Agent({ connect: { family } })
  const late = AbortSignal.timeout(timeLimitMs)
  try {
    const limit = AbortSignal.any([signal, late])
    const answer = await request(url, { dispatcher: agent, signal: limit, headers: { accept: 'text/plain' } })
    const text = (await answer.body.text()).trim()
    return answer.statusCode === 200 && isIP(text) === family && isPublic(text)
      ? { from: new URL(url).host, address: canonicalAddress(text) }
      : null
  } catch {
    signal.throwIfAborted()
    return null
  } finally {
    if (!late.aborted) void agent.close()
    else void agent.destroy()
  }
}

/** The IPv4 addresses of this machine: a public one is as good a source as any. Of IPv6 ones, several may be in use. */
export function interfaceAddresses(): readonly Answer[] {
  return Object.entries(networkInterfaces()).flatMap(([from, list]) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => ({ from, address })),
  )
}
