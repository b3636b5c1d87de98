import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordSet } from '../../core/parts/record-set.js'
import type { Served } from '../../core/ports.js'
import type { HeldZone } from './provider.js'
import type { Resolver } from './resolver.js'
import { ask, type ServerAddress } from './wire/ask.js'

export interface PropagationOptions {
  readonly resolver: Resolver
  /** In place of the servers in the zone's NS records: those of a hidden primary, or on another port. */
  readonly serversOf: (zone: HeldZone) => readonly ServerAddress[]
  /** Milliseconds between two rounds of questions, and until it is given up. */
  readonly everyMs: number
  readonly limitMs: number
}

/**
 * Asks the zone's own servers, never a cache, until all of them say what is wanted, or the time is over. `report` after
 * each round. Throws nothing but what `signal` does.
 */
export async function untilServed(
  zone: HeldZone,
  sets: readonly RecordSet[],
  options: PropagationOptions,
  report: (served: Served) => void,
  signal: AbortSignal,
): Promise<Served> {
  const until = performance.now() + options.limitMs
  const servers = await serversOf(zone, options, signal)
  // A proxy answers with addresses of its own.
  const plain = sets.filter(({ proxied }) => !proxied)
  for (;;) {
    const right = await Promise.all(servers.map((server) => servesAll(server, plain, signal)))
    const served = { by: right.filter(Boolean).length, of: servers.length }
    report(served)
    if (served.by === served.of || performance.now() > until) return served
    await sleep(options.everyMs, undefined, { signal })
  }
}

async function serversOf(
  zone: HeldZone,
  { resolver, serversOf: given }: PropagationOptions,
  signal: AbortSignal,
): Promise<readonly ServerAddress[]> {
  const known = given(zone)
  if (known.length > 0) return known
  const found = await Promise.all(
    zone.nameServers.map(async (name) => {
      const addresses = await resolver.addresses(name, 'A', signal).catch(() => [])
      const host = addresses[0] ?? (await resolver.addresses(name, 'AAAA', signal).catch(() => []))[0]
      return host === undefined ? [] : [{ host, port: 53 }]
    }),
  )
  return found.flat()
}

async function servesAll(server: ServerAddress, sets: readonly RecordSet[], signal: AbortSignal): Promise<boolean> {
  try {
    const right = await Promise.all(
      sets.map(async ({ name, type, values }) => {
        const reply = await ask(server, { name, type, recursion: false }, signal)
        const served = reply.answer.filter((one) => one.type === type && one.name === name).map(({ data }) => data)
        return reply.authoritative && served.sort().join() === values.join()
      }),
    )
    return right.every(Boolean)
  } catch {
    signal.throwIfAborted()
    return false
  }
}
