import { InfraError } from '../../../core/errors.js'
import { ancestors, isWithin } from '../../../core/domain-name.js'
import { ask, type ServerAddress } from '../wire/ask.js'
import type { QueryType, Reply, ResourceRecord } from '../wire/message.js'

const NXDOMAIN = 3
const REFUSED = 5
const NOTAUTH = 9

/**
 * The zone in which this server finds the name, by asking for SOA records up the labels; null where it keeps none, or
 * the name is delegated to others. Throws InfraError.
 */
export async function walkToZone(server: ServerAddress, name: string, signal: AbortSignal): Promise<string | null> {
  for (const candidate of ancestors(name)) {
    const reply = await ask(server, { name: candidate, type: 'SOA', recursion: false }, signal)
    if (reply.rcode === REFUSED || reply.rcode === NOTAUTH) return null
    if (reply.rcode !== 0 && reply.rcode !== NXDOMAIN) throw failing(server, candidate, reply)
    // A referral: somebody else's servers know more.
    if (!reply.authoritative) return null
    const soa = [...reply.answer, ...reply.authority].find((one) => one.type === 'SOA' && isWithin(candidate, one.name))
    if (soa !== undefined) return soa.name
  }
  return null
}

/** All records of this name and type; those that a CNAME leads to are not among them. Throws InfraError. */
export async function recordsAt(
  server: ServerAddress,
  name: string,
  type: QueryType,
  signal: AbortSignal,
): Promise<readonly ResourceRecord[]> {
  const reply = await ask(server, { name, type, recursion: false }, signal)
  if ((reply.rcode !== 0 && reply.rcode !== NXDOMAIN) || !reply.authoritative) throw failing(server, name, reply)
  return reply.answer.filter((one) => one.name === name)
}

function failing(server: ServerAddress, name: string, { rcode }: Reply): InfraError {
  return new InfraError('dns', 'later', `dns: ${name} at ${server.host}:${server.port}: code ${rcode}`, {
    sentence: `the name server ${server.host} gives no answer for ${name}`,
  })
}
