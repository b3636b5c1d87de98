import { describe, it } from 'vitest'
import { simulatedStage } from '../scenario/simulated-stage.js'
import { dies, laneOf } from './crash.js'
import { create, credentials, remove, scenarios } from './scenario.js'

describe('SIGKILL between a request, its effect and its message', { timeout: 40_000 }, () => {
  const lane = laneOf(simulatedStage)

  for (const [verb, scenario] of Object.entries({ create, credentials, delete: remove })) {
    it.each([
      ['was acknowledged, and wants nothing yet', 'acknowledged'],
      ['wants something, and nobody works at it yet', 'edited'],
      ['has ended, and nobody was told', 'ended'],
      ['has its last words, and they were not sent', 'worded'],
      ['has said its last words, and does not know that', 'told'],
    ])(`a ${verb} that %s`, (_, point) => dies(lane(), point, scenario))
  }

  for (const [verb, scenario] of Object.entries({ create, credentials })) {
    it(`a ${verb} whose password is published, and not handed over`, () => dies(lane(), 'published', scenario))
    it(`a ${verb} whose password is handed over, which nobody wrote down: there is a newer one`, () =>
      dies(lane(), 'handed over', { ...scenario, logins: 2 }))
  }

  it('a delete whose keys are gone, and the sandbox not buried', () => dies(lane(), 'keys forgotten', remove))

  it('a key that was acknowledged, and is not added', () => dies(lane(), 'acknowledged', scenarios['pipe.write']))
})
