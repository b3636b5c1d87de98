import { describe, expect, it } from 'vitest'
import { Turns } from '../../src/bot/turns.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('come in the order in which they were asked for, one at a time', async () => {
    const turns = new Turns()
    const order: number[] = []
    await Promise.all([1, 2, 3].map((one) => turns.next().then(() => order.push(one))))
    expect(order).toEqual([1, 2, 3])
  })

  it('wait while something comes in, but not for ever', async () => {
    const turns = new Turns()
    let hasCome = false
    const work = turns.next().then(() => (hasCome = true))
    for (let arrivals = 0; arrivals < 50; arrivals += 1) {
      turns.arrived()
      await turn()
    }
    expect(hasCome).toBe(false)
    for (let arrivals = 0; arrivals < 100; arrivals += 1) {
      turns.arrived()
      await turn()
    }
    expect(hasCome).toBe(true)
    await work
  })
})
