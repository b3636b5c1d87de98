import { InfraError } from '../core/errors.js'
import { awaitedOf } from '../core/hosts.js'
import { pointingOf, type Pointing } from '../core/pointing.js'
import type { Clock, DnsLook } from '../core/ports.js'
import type { Sandbox } from '../core/sandbox.js'

export interface NameWatchParts {
  readonly dns: DnsLook
  readonly clock: Clock
  /** Its name leads to this host, or nobody would get in by SSH. */
  readonly base: string
  /** This host's public addresses; none: those that `base` leads to. */
  readonly addresses: readonly string[]
  /** Whether we keep its record sets ourselves, and they are right: then no cache of the world has to be asked. */
  readonly isKept: (host: string) => boolean
  /** False: every name is taken to lead here. */
  readonly isChecked: boolean
  /** An answer is as good as new for so long: what is asked for again and again is looked up once. */
  readonly freshMs: number
}

interface Look {
  readonly at: number
  readonly pointing: Pointing
}

const LIMIT_MS = 4_000
const HERE_FRESH_MS = 60_000
const AT_ONCE = 32

/** Where host names lead to, as DNS last said. */
export class NameWatch {
  private readonly looks = new Map<string, Look>()
  private readonly looking = new Map<string, Promise<Pointing>>()
  private own: { readonly at: number; readonly addresses: readonly string[] } = { at: -HERE_FRESH_MS, addresses: [] }

  constructor(private readonly parts: NameWatchParts) {}

  /** What was seen last; null: nobody has looked. */
  last(host: string): Pointing | null {
    return this.looks.get(host)?.pointing ?? null
  }

  /** This host's public addresses, as far as they are known. */
  here(): readonly string[] {
    return this.parts.addresses.length > 0 ? this.parts.addresses : this.own.addresses
  }

  /** Looks, once for however many ask meanwhile. Never throws. */
  async look(host: string): Promise<Pointing> {
    if (this.parts.isKept(host)) return this.take(host, { state: 'here' })
    const known = this.looks.get(host)
    if (known !== undefined && this.now() - known.at < this.parts.freshMs) return known.pointing
    const running = this.looking.get(host)
    if (running !== undefined) return running
    const look = this.lookNow(host).finally(() => this.looking.delete(host))
    this.looking.set(host, look)
    return look
  }

  /** Those of the host names for which these sandboxes wait that lead here by now. */
  async arrived(sandboxes: readonly Sandbox[]): Promise<ReadonlySet<string>> {
    const awaited = sandboxes.flatMap(awaitedOf)
    const arrived = new Set<string>()
    for (let at = 0; at < awaited.length; at += AT_ONCE) {
      const some = awaited.slice(at, at + AT_ONCE)
      const seen = await Promise.all(some.map((host) => this.look(host)))
      some.forEach((host, index) => seen[index]?.state === 'here' && arrived.add(host))
    }
    return arrived
  }

  private async lookNow(host: string): Promise<Pointing> {
    return this.take(host, await this.pointing(host))
  }

  private take(host: string, pointing: Pointing): Pointing {
    this.looks.set(host, { at: this.now(), pointing })
    return pointing
  }

  private async pointing(host: string): Promise<Pointing> {
    if (!this.parts.isChecked) return { state: 'here' }
    const signal = AbortSignal.timeout(LIMIT_MS)
    try {
      const [addresses, here] = await Promise.all([this.parts.dns.addresses(host, signal), this.lookHere(signal)])
      return pointingOf(addresses, here)
    } catch (error) {
      const why = error instanceof InfraError ? error.sentence : undefined
      return { state: 'unknown', why: why ?? 'no DNS server answers' }
    }
  }

  private async lookHere(signal: AbortSignal): Promise<readonly string[]> {
    const isFresh = this.own.addresses.length > 0 && this.now() - this.own.at < HERE_FRESH_MS
    if (this.parts.addresses.length === 0 && !isFresh) {
      this.own = { at: this.now(), addresses: await this.parts.dns.addresses(this.parts.base, signal) }
    }
    return this.here()
  }

  private now(): number {
    return this.parts.clock.now().getTime()
  }
}
