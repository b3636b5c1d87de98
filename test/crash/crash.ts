import { afterAll, beforeAll, expect } from 'vitest'
import type { ReleaseServer } from '../peers/release-server.js'
import type { Stage } from '../scenario/stage.js'
import { Lane } from './lane.js'
import type { Scenario } from './scenario.js'
import { becomesWhole, everybodyWasToldOnce, settles } from './whole.js'

/** One lane for the tests of a file, which follow on each other. */
export function laneOf(open: () => Promise<Stage>, releases: ReleaseServer | null = null): () => Lane {
  let lane: Lane
  beforeAll(async () => {
    await releases?.start()
    lane = new Lane(await open(), releases)
    await lane.daemon.start()
    await lane.hostAnswers()
  })
  afterAll(async () => {
    await lane.close()
    await releases?.stop()
  })
  return () => lane
}

/** The daemon dies there, comes back, and all is as it should be. */
export async function dies(lane: Lane, point: string, scenario: Scenario): Promise<void> {
  const { daemon } = lane
  await scenario.given(lane)
  await settles(lane)
  const requests = lane.read((ledger) => ledger.told().length)
  const logins = daemon.logins().length
  const { death } = await daemon.dieAt(point)
  const cause = scenario.cause(lane).catch(() => undefined)
  await death
  await cause
  await daemon.start()
  await becomesWhole(lane)
  everybodyWasToldOnce(lane, requests)
  expect(daemon.logins()).toHaveLength(logins + (scenario.logins ?? 0))
}
