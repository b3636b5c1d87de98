import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocateAddresses } from '../../src/core/addresses.js'
import { numberOf, textOf } from '../../src/core/ip.js'
import type { Network } from '../../src/core/state.js'

const network: Network = {
  name: 'br',
  ipv4: '10.88.0.1/24',
  ipv6: null,
  pinsIpv6: false,
  dhcpRanges: [['10.88.0.4', '10.88.0.254']],
  leased: ['10.88.0.2'],
}
const wide: Network = { ...network, dhcpRanges: [] }
const dual: Network = { ...wide, ipv6: 'fd88:5a2d:9c10:1::1/64', pinsIpv6: true }

function allocate4(from: Network, pins: readonly [string, string] | null, taken: Iterable<string>): string | null {
  const sandboxes = [...taken].map((ipv4) => ({ ipv4, ipv6: null }))
  return allocateAddresses(from, pins, sandboxes)?.ipv4 ?? null
}

describe('IPv4 addresses', () => {
  it('are the lowest that is neither leased, dynamic, the gateway nor taken', () => {
    expect(allocate4(network, null, [])).toBe('10.88.0.3')
    expect(allocate4(network, null, ['10.88.0.3'])).toBeNull()
  })

  it('keep within the pins', () => {
    expect(allocate4(wide, ['10.88.0.10', '10.88.0.11'], ['10.88.0.10'])).toBe('10.88.0.11')
    expect(allocate4(wide, ['10.88.0.10', '10.88.0.10'], ['10.88.0.10'])).toBeNull()
  })

  it('keep within the subnet, whatever the pins say', () => {
    expect(allocate4(wide, ['10.88.0.0', '10.88.0.9'], [])).toBe('10.88.0.3')
    expect(allocate4(wide, ['10.88.0.255', '10.88.1.9'], [])).toBeNull()
  })

  it('are each of a small subnet once, and then none', () => {
    const small: Network = { ...wide, ipv4: '192.168.7.65/28', dhcpRanges: [['192.168.7.70', '192.168.7.72']] }
    const taken = new Set<string>()
    for (;;) {
      const address = allocate4(small, null, taken)
      if (address === null) break
      taken.add(address)
    }
    const last = [...taken].map((address) => Number(address.split('.')[3]))
    expect(last).toEqual([66, 67, 68, 69, 73, 74, 75, 76, 77, 78])
  })

  it('are never one that is taken, and leave no lower one out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 254 })), (hosts) => {
        const taken = new Set(hosts.map((host) => `10.88.0.${host}`))
        const free = Array.from({ length: 252 }, (_, index) => index + 3).find((host) => !taken.has(`10.88.0.${host}`))
        expect(allocate4(wide, null, taken)).toBe(free === undefined || free > 254 ? null : `10.88.0.${free}`)
      }),
    )
  })
})

describe('IPv6 addresses', () => {
  it('end in the IPv4 address, where the bridge can pin them', () => {
    expect(allocateAddresses(dual, null, [])).toEqual({ ipv4: '10.88.0.3', ipv6: 'fd88:5a2d:9c10:1::a58:3' })
    expect(allocateAddresses({ ...dual, pinsIpv6: false }, null, [])).toEqual({ ipv4: '10.88.0.3', ipv6: null })
  })

  it('keep out of what is dynamic, leased or taken', () => {
    const busy: Network = {
      ...dual,
      dhcpRanges: [['fd88:5a2d:9c10:1::a58:0', 'fd88:5a2d:9c10:1::a58:ff']],
      leased: ['10.88.0.2', 'fd88:5a2d:9c10:1::a58:100'],
    }
    const taken = [{ ipv4: '10.88.0.3', ipv6: 'fd88:5a2d:9c10:1:0:0:a58:101' }]
    expect(allocateAddresses(busy, null, taken)?.ipv6).toBe('fd88:5a2d:9c10:1::a58:102')
  })

  it('are all that there is on a bridge without IPv4', () => {
    const only6: Network = { ...dual, ipv4: null }
    expect(allocateAddresses(only6, null, [])).toEqual({ ipv4: null, ipv6: 'fd88:5a2d:9c10:1::2' })
    expect(allocateAddresses({ ...only6, pinsIpv6: false }, null, [])).toBeNull()
  })

  it('fit into a subnet that is smaller than IPv4', () => {
    expect(allocateAddresses({ ...dual, ipv6: 'fd88::1/120' }, null, [])?.ipv6).toBe('fd88::2')
  })

  it('have one way of writing', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const text = textOf(numberOf(address, 6), 6)
        expect(numberOf(text, 6)).toBe(numberOf(address, 6))
        expect(textOf(numberOf(text, 6), 6)).toBe(text)
      }),
    )
  })
})
