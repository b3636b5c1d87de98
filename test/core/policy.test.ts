import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/parts/plan.js'
import { applyPolicy, type PolicyFacts } from '../../src/core/policy.js'

const facts: PolicyFacts = {
  mode: 'repair',
  paused: false,
  forced: false,
  guardShare: 0.5,
  seen: 10,
  isAskedFor: () => false,
}

function removals(count: number): Change[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'pipe.remove',
    name: `p${index}`,
    sandbox: `s${index}`,
    reason: 'the sandbox is deleted',
  }))
}

const repair: Change = { kind: 'server.repair', detail: 'a listener is missing' }
const plan = (changes: Change[]) => ({ changes, findings: [] })

describe('policy', () => {
  it('applies what is usual', () => {
    expect(applyPolicy(plan([repair, ...removals(3)]), facts)).toEqual({ apply: [repair, ...removals(3)], held: null })
  })

  it('stops removals and asks when an unusual share of everything would go, and repairs the rest', () => {
    const decision = applyPolicy(plan([repair, ...removals(6)]), facts)
    expect(decision.apply).toEqual([repair])
    expect(decision.held).toBe('6 of 10 would be removed at once; an admin must say so')
  })

  it('goes on with them when an admin said so', () => {
    expect(applyPolicy(plan(removals(6)), { ...facts, forced: true }).apply).toHaveLength(6)
  })

  it.each([
    [{ paused: true }, 'sync is paused'],
    [{ mode: 'report' as const }, 'sync only reports'],
  ])('holds all that nobody asked for when %o', (change, held) => {
    expect(applyPolicy(plan([repair]), { ...facts, ...change })).toEqual({ apply: [], held })
  })

  it('carries out what a person asked for even when paused', () => {
    const decision = applyPolicy(plan(removals(6)), { ...facts, paused: true, isAskedFor: () => true })
    expect(decision).toEqual({ apply: removals(6), held: null })
  })
})
