import { expect, it } from 'vitest'
import { agentChangeKinds } from '../../src/core/parts/agent.js'
import { instanceChangeKinds } from '../../src/core/parts/instance.js'
import { pipeChangeKinds } from '../../src/core/parts/pipe.js'
import { routeChangeKinds } from '../../src/core/parts/route.js'
import { scenarios } from './scenario.js'

it('is for every kind of change that the types know: none is missing from the lists', () => {
  const listed = [...instanceChangeKinds, ...agentChangeKinds, ...pipeChangeKinds, ...routeChangeKinds]
  expect([...listed].sort()).toEqual(Object.keys(scenarios).sort())
})
