import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Engine } from '../scenario/engine.js'
import { Crowd } from './crowd.js'
import { measureNoOp, noOpHead } from './no-op.js'
import { simulatedHost } from './simulated-host.js'
import { startSimulatorProcess } from './simulator-process.js'
import { table } from './table.js'

it('a no-op pass on the simulator', async () => {
  const rows: (readonly string[])[] = []
  for (const count of [10, 100, 1000]) rows.push(await noOpWith(count))
  console.log(`\nno-op pass, simulator (a process of its own)\n\n${table(noOpHead, rows)}\n`)
  expect(rows.map((row) => row.slice(-2))).toEqual([
    ['2', '0'],
    ['2', '0'],
    ['2', '0'],
  ])
})

async function noOpWith(count: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const host = simulatedHost(folder)
  const crowd = new Crowd(count, host)
  crowd.writeInstances(folder)
  const stop = await startSimulatorProcess(folder)
  const engine = new Engine(host)
  try {
    await crowd.moveInto(engine)
    return await measureNoOp(engine, count)
  } finally {
    await engine.close()
    await stop()
    for (const one of [folder, engine.folder]) rmSync(one, { recursive: true })
  }
}
