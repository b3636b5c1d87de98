import { describe, expect, it } from 'vitest'
import { dies, laneOf } from '../crash/crash.js'
import { create, moments, remove, type Scenario } from '../crash/scenario.js'
import { settles } from '../crash/whole.js'
import { labStage } from './stage.js'

const verbs = {
  create: {
    scenario: create,
    kinds: ['instance.create', 'instance.prepare', 'instance.start', 'pipe.write', 'route.add'],
  },
  delete: { scenario: remove, kinds: ['instance.delete', 'pipe.remove', 'route.remove'] },
} as const satisfies Readonly<Record<string, { scenario: Scenario; kinds: readonly string[] }>>
const betweens = ['acknowledged', 'edited', 'ended', 'worded', 'told']

describe.each(Object.entries(verbs))('lab: SIGKILL in a %s', (_verb, { scenario, kinds }) => {
  const lane = laneOf(() => labStage())

  it('made of these changes, and no others', async () => {
    await scenario.given(lane())
    await settles(lane())
    const before = lane().daemon.changes().length
    await scenario.cause(lane())
    await settles(lane())
    const made = new Set(lane().daemon.changes().slice(before))
    expect([...made].toSorted()).toEqual([...kinds])
  })

  it.each(kinds.flatMap((kind) => moments.map((moment) => `${moment} ${kind}`)))('%s', (point) =>
    dies(lane(), point, scenario),
  )

  it.each(betweens)('between the changes and what is told: %s', (point) => dies(lane(), point, scenario))
})
