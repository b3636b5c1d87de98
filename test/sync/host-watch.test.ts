import { describe, expect, it } from 'vitest'
import { InfraError } from '../../src/core/errors.js'
import type { Network } from '../../src/core/state.js'
import { HostWatch } from '../../src/sync/host-watch.js'

const network: Network = { name: 'sb', ipv4: '10.88.0.1/24', ipv6: null, pinsIpv6: false, dhcpRanges: [], leased: [] }
const away = new InfraError('incus', 'later', 'GET /1.0/networks/sb: ECONNREFUSED')

function world(answers: (Network | Error)[], preparations: (Error | null)[] = []) {
  const later: (() => void)[] = []
  const logged: string[] = []
  const seen = { looks: 0, prepared: 0 }
  const watch = new HostWatch({
    instances: {
      network: () => {
        seen.looks += 1
        const answer = answers.shift() ?? network
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
      },
    },
    prepare: () => {
      const failure = preparations.shift() ?? null
      if (failure !== null) return Promise.reject(failure)
      seen.prepared += 1
      return Promise.resolve()
    },
    schedule: (_, run) => {
      later.push(run)
      return () => void later.splice(0)
    },
    log: (_, message) => void logged.push(message),
  })
  return { watch, later, logged, seen }
}

describe('the watch over the host', () => {
  it('knows nothing until the host has answered once, and asks again until then', async () => {
    const { watch, later, logged } = world([away, network])
    await watch.refresh()
    expect(watch.network()).toBeNull()
    expect(logged).toEqual([away.message])
    later.shift()?.()
    await watch.refresh()
    expect(watch.network()).toEqual(network)
  })

  it('prepares once, before anybody is told of the network', async () => {
    const { watch, seen } = world([], [away])
    await watch.refresh()
    expect(watch.network()).toBeNull()
    await watch.refresh()
    await watch.refresh()
    expect(watch.network()).toEqual(network)
    expect(seen).toEqual({ looks: 3, prepared: 1 })
  })

  it('keeps what it knew while the host is away, and does not press it', async () => {
    const { watch, later } = world([network, away])
    await watch.refresh()
    await watch.refresh()
    expect(watch.network()).toEqual(network)
    expect(later).toEqual([])
  })

  it('looks once for all who ask at the same time', async () => {
    const { watch, seen } = world([])
    await Promise.all([watch.refresh(), watch.refresh(), watch.refresh()])
    expect(seen.looks).toBe(1)
  })
})
