import { expect, it } from 'vitest'
import { withBareHandler, withSandpiper, type AckTimes } from './acknowledge-slack.js'
import { table } from './table.js'

const SECONDS = 5
const head = ['requests', 'p50', 'p99', 'max', 'none within 3 s'] as const

it('acknowledgements on Slack', async () => {
  const rows: (readonly string[])[] = []
  // The first run of a process is not like the others.
  await withBareHandler('socket', 20, 1)
  for (const mode of ['socket', 'http'] as const) {
    for (const perSecond of [20, 200]) {
      const row = (who: string, times: AckTimes): readonly string[] => [
        `${mode}, ${perSecond} a second, ${who}`,
        ...[0.5, 0.99, 1].map((share) => (times[Math.ceil(times.length * share) - 1] ?? Infinity).toFixed(1)),
        String(perSecond * SECONDS - times.length),
      ]
      rows.push(row('a bare handler', await withBareHandler(mode, perSecond, SECONDS)))
      rows.push(row('Sandpiper', await withSandpiper(mode, perSecond, SECONDS)))
    }
  }
  console.log(`\nacknowledgements on Slack, ms\n\n${table(head, rows)}\n`)
  expect(rows).toHaveLength(8)
})
