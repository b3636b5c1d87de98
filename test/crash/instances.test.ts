import { describe, expect, it } from 'vitest'
import { instanceChangeKinds } from '../../src/core/parts/instance.js'
import { simulatedStage } from '../scenario/simulated-stage.js'
import { dies, laneOf } from './crash.js'
import { moments, scenarios } from './scenario.js'

describe('SIGKILL around a change of an instance', { timeout: 40_000 }, () => {
  const lane = laneOf(simulatedStage)

  for (const kind of instanceChangeKinds) {
    it.each(moments)(`%s ${kind}`, async (moment) => {
      await dies(lane(), `${moment} ${kind}`, scenarios[kind])
      expect(lane().sandbox('one')?.phase).toBe(kind === 'instance.delete' ? undefined : 'ready')
    })
  }
})
