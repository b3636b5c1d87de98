import { expect, it } from 'vitest'
import { withBareHandler, withSandpiper, type AckTimes } from './acknowledge-discord.js'
import { table } from './table.js'

const SECONDS = 5

it('acknowledgements on Discord', async () => {
  const rows: (readonly string[])[] = []
  // The first run of a process is not like the others.
  await withBareHandler(20, 1)
  for (const perSecond of [20, 200]) {
    const bare = await withBareHandler(perSecond, SECONDS)
    const ours = await withSandpiper(perSecond, SECONDS)
    rows.push(rowOf(`${perSecond} a second, a bare handler`, bare), rowOf(`${perSecond} a second, Sandpiper`, ours))
    expect(ours).toHaveLength(perSecond * SECONDS)
  }
  console.log(`\nacknowledgements on Discord, ms\n\n${table(['requests', 'p50', 'p99', 'max'], rows)}\n`)
})

function rowOf(name: string, times: AckTimes): readonly string[] {
  const at = (share: number): string => (times[Math.ceil(times.length * share) - 1] ?? Infinity).toFixed(1)
  return [name, at(0.5), at(0.99), at(1)]
}
