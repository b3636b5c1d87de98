import { expect, it } from 'vitest'
import { acknowledge, bareHandler, sandpiper } from './acknowledge-telegram.js'
import { table } from './table.js'

const SECONDS = 5
const head = ['a second', 'mode', 'who', 'p50', 'p99', 'max'] as const

it('Telegram: from an update to its confirmation', async () => {
  const rows: (readonly string[])[] = []
  for (const mode of ['polling', 'webhook'] as const) {
    const both = { Sandpiper: await sandpiper(mode), 'a bare handler': await bareHandler(mode) }
    for (const rate of [20, 200]) {
      for (const [who, one] of Object.entries(both)) {
        const times = await acknowledge(one, rate, SECONDS)
        rows.push([String(rate), mode, who, ...[0.5, 0.99, 1].map((share) => shown(times, share))])
      }
    }
    for (const one of Object.values(both)) await one.close()
  }
  console.log(`\nTelegram, acknowledgement in ms, ${SECONDS} s each\n\n${table(head, rows)}\n`)
  expect(rows).toHaveLength(8)
})

function shown(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)
}
