import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { updateAll } from '../../src/core/operations/update-all.js'
import type { Rollout } from '../../src/core/rollout.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import { ReleaseServer } from '../peers/release-server.js'
import { playOf } from '../scenario/play.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']

describe('an update of all agents on the simulated host', { timeout: 40_000 }, () => {
  const server = new ReleaseServer()
  beforeAll(async () => {
    await server.start()
    server.publish('v1.0.0', agentBuilds('v1.0.0'))
  })
  afterAll(() => server.stop())
  const the = playOf(simulatedStage, {}, () => Promise.resolve({ releaseUrl: server.url, port: 9990 }))
  const versions = () => NAMES.map((name) => the().facts(name).agentVersion)

  const updateEverything = async (version: string, options?: { readonly starts: boolean }): Promise<Rollout> => {
    const { engine } = the()
    server.publish(version, agentBuilds(version, options))
    await engine.releases.fetchNewest(AbortSignal.timeout(10_000))
    engine.store.commit([{ edit: 'agent.newest', version }])
    engine.rollouts.length = 0
    await engine.change((context) => updateAll(context).edits)
    engine.loop.poke([the().facts('one').id])
    await expect.poll(() => engine.rollouts.at(-1)?.state, { timeout: 30_000 }).toMatch(/done|stopped/)
    const last = engine.rollouts.at(-1)
    if (last === undefined) throw new Error('nobody was told')
    return last
  }

  it('brings every one of them to it', async () => {
    await Promise.all(NAMES.map((name) => the().create(name)))
    expect(await updateEverything('v1.1.0')).toMatchObject({ state: 'done', updated: 7, skipped: 0 })
    expect(new Set(versions())).toEqual(new Set(['v1.1.0']))
  })

  it('stops behind the first one where the release is bad', async () => {
    const last = await updateEverything('v1.2.0', { starts: false })
    expect(last).toMatchObject({ state: 'stopped', updated: 0 })
    expect(last.reason).toMatch(/^\w+: Shelley v1.2.0 did not answer within 6 s, so v1.1.0 is back$/)
    expect(last.waiting).toHaveLength(6)
    expect(new Set(versions())).toEqual(new Set(['v1.1.0']))
  })

  it('can be begun again with the next one', async () => {
    expect(await updateEverything('v1.3.0')).toMatchObject({ state: 'done', updated: 7 })
    await expect(updateEverything('v1.3.0')).rejects.toThrow('Every agent that I keep is at v1.3.0 already.')
    expect(the().engine.faults).toEqual([])
  })
})
