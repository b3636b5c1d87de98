import { describe, expect, it } from 'vitest'
import type { Operation } from '../../src/core/operation.js'
import { desecTown } from './desec-town.js'
import type { RecordTown } from './record-town.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const COUNT = 300
/** The rush of the morning: one every five seconds. The others come all over the day. */
const MORNING = 60
/** A sandbox is deleted when so many have come after it. */
const LIFE = 40

/** Every create and delete of the day. */
async function aDay(town: RecordTown): Promise<readonly Operation[]> {
  const operations: Operation[] = []
  for (let index = 0; index < COUNT; index += 1) {
    operations.push(town.create(`app-${index}`))
    if (index >= LIFE) operations.push(town.remove(`app-${index - LIFE}`))
    await town.wait(index < MORNING ? 5_000 : (DAY - 60 * MINUTE) / (COUNT - MORNING))
  }
  return operations
}

describe('300 sandboxes in a day at deSEC', { timeout: 120_000 }, () => {
  it('cost no request at all where a wildcard covers them', async () => {
    const { town, double, close } = await desecTown({ mode: 'wildcard' })
    town.records.tick()
    await town.wait(2_000)
    const before = double.requests.length
    const operations = await aDay(town)
    expect(new Set(operations.map((operation) => town.end(operation).state))).toEqual(new Set(['done']))
    expect(double.requests).toHaveLength(before)
    expect(double.throttled).toBe(0)
    expect(town.faults).toEqual([])
    await close()
  })

  it('all end well by pacing where each has record sets of its own, and people are told why it takes long', async () => {
    const { town, double, addresses, close } = await desecTown()
    town.records.tick()
    await town.wait(2_000)
    const operations = await aDay(town)
    await town.wait(15 * MINUTE)
    const ends = operations.map((operation) => town.end(operation))
    expect(new Set(ends.map(({ state }) => state))).toEqual(new Set(['done']))
    expect(double.throttled).toBe(0)

    const lasted = ends.map(({ startedAt, endedAt }) => (endedAt?.getTime() ?? Infinity) - startedAt.getTime())
    expect(Math.max(...lasted)).toBeLessThan(10 * MINUTE)
    const told = town.waits.filter((text) => /^deSEC accepts the next change in \d+(\.\d+)? s$/.test(text))
    expect(told.length).toBeGreaterThan(0)
    const living = Array.from({ length: LIFE }, (_, index) => `app-${COUNT - LIFE + index}.box.example.co.uk`)
    const names = [...living, ...living.map((name) => `shelley.${name}`), 'box.example.co.uk']
    expect(addresses()).toEqual(names.flatMap((name) => [`${name} A 203.0.113.7`, `${name} AAAA 2001:db8::7`]).sort())
    expect(town.faults).toEqual([])
    await close()
  })
})
