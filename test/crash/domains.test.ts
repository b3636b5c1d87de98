import { describe, expect, it } from 'vitest'
import { simulatedStage } from '../scenario/simulated-stage.js'
import { dies, laneOf } from './crash.js'
import { addsDomain, moments, removesDomain } from './scenario.js'

const betweens = ['acknowledged', 'edited', 'ended']

describe('SIGKILL around a change of the domains of a sandbox', { timeout: 40_000 }, () => {
  const lane = laneOf(simulatedStage)

  it.each([...moments.map((moment) => `${moment} route.add`), ...betweens])('added: %s', async (point) => {
    await dies(lane(), point, addsDomain)
    expect(lane().facts('one').spec.domains).toHaveLength(1)
  })

  it.each([...moments.map((moment) => `${moment} route.remove`), ...betweens])('removed: %s', async (point) => {
    await dies(lane(), point, removesDomain)
    expect(lane().facts('one').spec.domains).toHaveLength(0)
  })
})
