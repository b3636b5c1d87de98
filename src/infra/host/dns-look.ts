import { Resolver } from 'node:dns/promises'
import { InfraError } from '../../core/errors.js'
import type { DnsLook } from '../../core/ports.js'

/** One server's answer may take this long; a server that is silent is asked twice. */
const TRY_MS = 1_000
const TRIES = 2
/** What says that there is no such record, in contrast to what says nothing. */
const NONE = ['ENOTFOUND', 'ENODATA']

/** Asks DNS servers themselves, past /etc/hosts: what the world would see. */
export class ResolverLook implements DnsLook {
  /** `servers`: `192.0.2.1` or `192.0.2.1:53`, `[2001:db8::1]:53`; none: those of the system. */
  constructor(private readonly servers: readonly string[]) {}

  async addresses(host: string, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted()
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
    if (this.servers.length > 0) resolver.setServers(this.servers)
    const cancel = (): void => resolver.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const [four, six] = await Promise.all([
        found(host, resolver.resolve4(host)),
        found(host, resolver.resolve6(host)),
      ])
      return [...four, ...six]
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }
}

async function found(host: string, answer: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await answer
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (NONE.includes(code)) return []
    const isSilent = ['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'].includes(code)
    const sentence = isSilent ? 'no DNS server answers' : 'its DNS servers give no answer'
    throw new InfraError('dns', 'later', `dns: ${host}: ${code}`, { sentence, cause: error })
  }
}
