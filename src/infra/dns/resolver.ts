import { getServers } from 'node:dns'
import { ancestors, isWithin } from '../../core/domain-name.js'
import { InfraError } from '../../core/errors.js'
import type { RecordType } from '../../core/parts/record-set.js'
import { ask, serverAddress, type ServerAddress } from './wire/ask.js'
import type { QueryType, Reply } from './wire/message.js'

const NXDOMAIN = 3

/** What the world sees: recursive resolvers, asked in turn until one answers. */
export class Resolver {
  /** Without servers, this machine's own are asked. */
  constructor(private readonly servers: readonly ServerAddress[]) {}

  /** Canonical and sorted, at the end of all aliases; empty where there are none. Throws InfraError. */
  async addresses(name: string, type: RecordType, signal: AbortSignal): Promise<readonly string[]> {
    const { answer } = await this.ask(name, type, signal)
    return answer
      .filter((one) => one.type === type)
      .map(({ data }) => data)
      .sort()
  }

  /** The zone in which this name is found, and its servers; null where nobody is sent anywhere. Throws InfraError. */
  async zoneOf(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly nameServers: readonly string[] } | null> {
    for (const candidate of ancestors(name)) {
      const { answer, authority } = await this.ask(candidate, 'SOA', signal)
      const soa = [...answer, ...authority].find((one) => one.type === 'SOA' && isWithin(candidate, one.name))
      if (soa === undefined) continue
      const ns = await this.ask(soa.name, 'NS', signal)
      return {
        name: soa.name,
        nameServers: ns.answer
          .filter(({ type }) => type === 'NS')
          .map(({ data }) => data)
          .sort(),
      }
    }
    return null
  }

  private async ask(name: string, type: QueryType, signal: AbortSignal): Promise<Reply> {
    let failure: unknown = new InfraError('dns', 'later', `dns: ${name} ${type}: no resolver is known`)
    for (const server of this.servers.length > 0 ? this.servers : getServers().map(serverAddress)) {
      try {
        const reply = await ask(server, { name, type, recursion: true }, signal)
        if (reply.rcode === 0 || reply.rcode === NXDOMAIN) return reply
        failure = new InfraError('dns', 'later', `dns: ${name} ${type} at ${server.host}: code ${reply.rcode}`)
      } catch (error) {
        signal.throwIfAborted()
        failure = error
      }
    }
    throw failure
  }
}
