import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, Pace } from '../../../src/infra/dns/pace.js'
import { ManualClock } from '../../peers/manual-clock.js'

const limits = [
  { count: 2, burst: 1, windowMs: 1000 },
  { count: 15, burst: 5, windowMs: MINUTE },
  { count: 100, burst: 40, windowMs: HOUR },
  { count: 300, burst: 60, windowMs: DAY },
]

describe('a pace', () => {
  it('never lets more through than a window holds, however it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 * MINUTE }), { minLength: 50, maxLength: 400 }), (pauses) => {
        const clock = new ManualClock()
        const pace = new Pace(limits, clock)
        const taken: number[] = []
        for (const pause of pauses) {
          clock.advance(pause)
          if (pace.readyIn() > 0) continue
          pace.take()
          taken.push(clock.now().getTime())
        }
        for (const { count, windowMs } of limits) {
          for (const from of taken) {
            const within = taken.filter((at) => at >= from && at < from + windowMs)
            expect(within.length).toBeLessThanOrEqual(count)
          }
        }
      }),
    )
  })

  it('lets one through just when it said so, and nobody waits longer than the spread of a day', () => {
    const clock = new ManualClock()
    const pace = new Pace(limits, clock)
    let longest = 0
    for (let taken = 0; taken < 200; taken += 1) {
      const wait = pace.readyIn()
      longest = Math.max(longest, wait)
      clock.advance(wait)
      expect(pace.readyIn()).toBe(0)
      pace.take()
    }
    expect(longest).toBeLessThanOrEqual(6 * MINUTE)
  })

  it('waits as long as the other side says', () => {
    const clock = new ManualClock()
    const pace = new Pace(limits, clock)
    pace.block(40_000)
    expect(pace.readyIn()).toBe(40_000)
    clock.advance(39_999)
    expect(pace.readyIn()).toBe(1)
    clock.advance(1)
    expect(pace.readyIn()).toBe(0)
  })
})
