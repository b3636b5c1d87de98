import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocateAddress } from '../../src/core/addresses.js'

const network = {
  name: 'br',
  ipv4: '10.88.0.1/24',
  dhcpRanges: [['10.88.0.4', '10.88.0.254']] as const,
  leased: ['10.88.0.2'],
}
const wide = { ...network, dhcpRanges: [] }

describe('addresses', () => {
  it('gives the lowest that is neither leased, dynamic, the gateway nor taken', () => {
    expect(allocateAddress(network, null, new Set())).toBe('10.88.0.3')
    expect(allocateAddress(network, null, new Set(['10.88.0.3']))).toBeNull()
  })

  it('keeps within the pins', () => {
    expect(allocateAddress(wide, ['10.88.0.10', '10.88.0.11'], new Set(['10.88.0.10']))).toBe('10.88.0.11')
    expect(allocateAddress(wide, ['10.88.0.10', '10.88.0.10'], new Set(['10.88.0.10']))).toBeNull()
  })

  it('keeps within the subnet, whatever the pins say', () => {
    expect(allocateAddress(wide, ['10.88.0.0', '10.88.0.9'], new Set())).toBe('10.88.0.3')
    expect(allocateAddress(wide, ['10.88.0.255', '10.88.1.9'], new Set())).toBeNull()
  })

  it('gives each of a small subnet once, and then none', () => {
    const small = {
      name: 'br',
      ipv4: '192.168.7.65/28',
      dhcpRanges: [['192.168.7.70', '192.168.7.72']] as const,
      leased: [],
    }
    const taken = new Set<string>()
    for (;;) {
      const address = allocateAddress(small, null, taken)
      if (address === null) break
      taken.add(address)
    }
    const last = [...taken].map((address) => Number(address.split('.')[3]))
    expect(last).toEqual([66, 67, 68, 69, 73, 74, 75, 76, 77, 78])
  })

  it('never gives one that is taken, and leaves no lower one out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 254 })), (hosts) => {
        const taken = new Set(hosts.map((host) => `10.88.0.${host}`))
        const free = Array.from({ length: 252 }, (_, index) => index + 3).find((host) => !taken.has(`10.88.0.${host}`))
        expect(allocateAddress(wide, null, taken)).toBe(free === undefined || free > 254 ? null : `10.88.0.${free}`)
      }),
    )
  })
})
