import { describe, expect, it } from 'vitest'
import { agentChangeKinds } from '../../src/core/parts/agent.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import { ReleaseServer } from '../peers/release-server.js'
import { simulatedStage } from '../scenario/simulated-stage.js'
import { dies, laneOf } from './crash.js'
import { moments, scenarios } from './scenario.js'

describe('SIGKILL around a change of an agent', { timeout: 40_000 }, () => {
  const releases = new ReleaseServer()
  releases.publish('v1.0.0', agentBuilds('v1.0.0'))
  const lane = laneOf(simulatedStage, releases)

  for (const kind of agentChangeKinds) {
    it.each(moments)(`%s ${kind}`, async (moment) => {
      const wanted = kind === 'agent.update' ? null : lane().sandbox('one')?.agentVersion
      await dies(lane(), `${moment} ${kind}`, scenarios[kind])
      const { agentVersion } = lane().facts('one')
      expect(agentVersion).toBe(wanted ?? lane().read((ledger) => ledger.state().newestAgent))
    })
  }
})
