import { describe, it } from 'vitest'
import { pipeChangeKinds } from '../../src/core/parts/pipe.js'
import { routeChangeKinds } from '../../src/core/parts/route.js'
import { simulatedStage } from '../scenario/simulated-stage.js'
import { dies, laneOf } from './crash.js'
import { moments, scenarios } from './scenario.js'

describe('SIGKILL around a change of a pipe or a route', { timeout: 40_000 }, () => {
  const lane = laneOf(simulatedStage)

  for (const kind of [...pipeChangeKinds, ...routeChangeKinds]) {
    it.each(moments)(`%s ${kind}`, (moment) => dies(lane(), `${moment} ${kind}`, scenarios[kind]))
  }
})
