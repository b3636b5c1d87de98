import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../src/infra/simulator/simulator.js'
import { costOf } from '../bench/cost.js'
import { Crowd } from '../bench/crowd.js'
import { simulatedHost } from '../bench/simulated-host.js'
import { Engine } from '../scenario/engine.js'

describe('a sync when nothing differs', () => {
  it.each([10, 100, 1000])('with %i sandboxes: two requests and no write', { timeout: 60_000 }, async (count) => {
    const folder = mkdtempSync(join(tmpdir(), 'no-op-'))
    const host = simulatedHost(folder)
    const crowd = new Crowd(count, host)
    crowd.writeInstances(folder)
    const simulator = await startSimulator({ folder })
    const engine = new Engine(host)
    try {
      await crowd.moveInto(engine)
      expect(engine.writes).toHaveLength(1)
      const cost = await costOf(async () => {
        expect(await engine.loop.pass({ apply: true })).toMatchObject({ held: null, lines: [] })
      })
      expect(cost).toMatchObject({ requests: 2, writes: 0 })
    } finally {
      await engine.close()
      await simulator.close()
      for (const one of [folder, engine.folder]) rmSync(one, { recursive: true })
    }
  })
})
