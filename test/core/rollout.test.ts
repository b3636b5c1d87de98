import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../src/core/operation.js'
import { nextWave, outdated, type Rollout, type RolloutView } from '../../src/core/rollout.js'
import type { State } from '../../src/core/state.js'
import { aSandbox, aState } from './sandbox-fixture.js'

const VERSION = 'v2'
const now = new Date('2026-01-01T00:00:00Z')
const origin = { identity: { platform: 'console', workspace: '', user: 'ada' }, place: 'main', isPrivate: false }

const sandboxOf = (index: number, power: 'running' | 'stopped' = 'running') =>
  aSandbox({
    id: `s${index}`,
    name: `app${index}`,
    power,
    agentVersion: 'v1',
    spec: { ...aSandbox().spec, agent: { kind: 'shelley', version: null } },
  })

const rolloutOf = (state: State): Rollout => {
  const waiting = outdated(state, VERSION).map(({ id }) => id)
  return {
    id: 'r1',
    version: VERSION,
    person: 'ada',
    origin: { ...origin, eventKey: 'e' },
    total: waiting.length,
    waiting,
    wave: [],
    updated: 0,
    skipped: 0,
    state: 'running',
    reason: null,
  }
}

/** Plays a rollout to its end; `bad`: the sandboxes on which the version does not work. */
function play(state: State, bad: ReadonlySet<string>): { rollout: Rollout; waves: readonly (readonly string[])[] } {
  const operations = new Map<string, Operation>()
  let rollout = rolloutOf(state)
  let count = 0
  const waves: string[][] = []
  const view: RolloutView = { state, now, operation: (id) => operations.get(id), newId: () => `op${(count += 1)}` }
  for (let round = 0; round < 100; round += 1) {
    const next = nextWave(rollout, view)
    if (next === null) return { rollout, waves }
    rollout = next.rollout
    const started = next.edits.flatMap((edit) => (edit.edit === 'operation.start' ? [edit.operation] : []))
    if (started.length > 0) waves.push(started.map(({ sandboxName }) => sandboxName))
    for (const one of started) {
      operations.set(one.id, one)
      expect(nextWave(rollout, view)).toBeNull()
    }
    for (const one of started) {
      const failed = bad.has(one.sandboxName)
      operations.set(one.id, { ...one, state: failed ? 'failed' : 'done', reason: failed ? 'it is silent' : null })
    }
  }
  throw new Error('does not end')
}

describe('an update of all agents', () => {
  const thirty = aState({ sandboxes: Array.from({ length: 30 }, (_, index) => sandboxOf(index)) })

  it('goes to one first, and then to four at a time', () => {
    const { rollout, waves } = play(thirty, new Set())
    expect(rollout).toMatchObject({ state: 'done', updated: 30, skipped: 0, waiting: [] })
    expect(waves.map((wave) => wave.length)).toEqual([1, 4, 4, 4, 4, 4, 4, 4, 1])
  })

  it('stops at the first failure, and says where it stands', () => {
    const { rollout, waves } = play(thirty, new Set(['app7']))
    expect(waves.flat()).toHaveLength(9)
    expect(rollout).toMatchObject({ state: 'stopped', updated: 8, reason: 'app7: it is silent' })
    expect(rollout.waiting).toHaveLength(21)
  })

  it('leaves out what does not run', () => {
    const sandboxes = [
      sandboxOf(0, 'stopped'),
      sandboxOf(1),
      sandboxOf(2, 'stopped'),
      sandboxOf(3),
      sandboxOf(4, 'stopped'),
    ]
    const { rollout, waves } = play(aState({ sandboxes }), new Set())
    expect(waves).toEqual([['app1'], ['app3']])
    expect(rollout).toMatchObject({ state: 'done', updated: 2, skipped: 3, total: 5 })
  })

  it('begins nothing more once a person has said stop, and counts what was under way', () => {
    const operations = new Map<string, Operation>()
    const view: RolloutView = { state: thirty, now, operation: (id) => operations.get(id), newId: () => 'op' }
    const first = nextWave(rolloutOf(thirty), view)
    const [started] = first?.edits.flatMap((edit) => (edit.edit === 'operation.start' ? [edit.operation] : [])) ?? []
    if (first === null || started === undefined) throw new Error('nothing began')
    operations.set('op', { ...started, state: 'done' })
    const stopped: Rollout = { ...first.rollout, state: 'stopped', reason: 'Ada stopped it' }
    const end = nextWave(stopped, view)
    expect(end?.rollout).toMatchObject({ state: 'stopped', updated: 1, wave: [] })
    expect(end?.sandboxes).toEqual([])
    expect(nextWave(end?.rollout ?? stopped, view)).toBeNull()
  })

  it('accounts for every sandbox, whatever fails', () => {
    const power = fc.constantFrom('running' as const, 'stopped' as const)
    fc.assert(
      fc.property(fc.array(power, { minLength: 1, maxLength: 30 }), fc.nat(30), (powers, bad) => {
        const state = aState({ sandboxes: powers.map((one, index) => sandboxOf(index, one)) })
        const { rollout, waves } = play(state, new Set([`app${bad}`]))
        const failed = waves.flat().filter((name) => name === `app${bad}`).length
        expect(new Set(waves.flat()).size).toBe(waves.flat().length)
        expect(rollout.updated + rollout.skipped + rollout.waiting.length + failed).toBe(rollout.total)
        expect(rollout.state).toBe(failed === 0 ? 'done' : 'stopped')
      }),
    )
  })
})
