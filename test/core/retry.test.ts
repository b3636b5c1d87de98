import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import type { Operation, Verb } from '../../src/core/operation.js'
import { retryOperation } from '../../src/core/operations/retry.js'
import { aSandbox, aState } from './sandbox-fixture.js'

const now = new Date('2026-02-01T00:00:00Z')
const stuck = aSandbox({ phase: 'stuck' })

function operation(verb: Verb, change: Partial<Operation> = {}): Operation {
  return {
    id: 'op1',
    verb,
    sandbox: stuck.id,
    sandboxName: stuck.name,
    person: stuck.owner,
    origin: {
      identity: { platform: 'console', workspace: '', user: 'ada' },
      place: 'p',
      isPrivate: false,
      eventKey: 'e',
    },
    generation: 1,
    state: 'stuck',
    before: null,
    steps: [],
    waitingFor: null,
    waitingUntil: null,
    reason: 'Incus refused it',
    offers: [],
    cancelled: false,
    startedAt: new Date(0),
    endedAt: new Date(0),
    ...change,
  }
}

describe('retrying what is stuck', () => {
  it.each([
    ['delete', 'deleting', 'running'],
    ['create', 'deleting', 'going-back'],
    ['port', 'ready', 'going-back'],
    ['stop', 'ready', 'going-back'],
  ] as const)('%s', (verb, phase, state) => {
    const edits = retryOperation(aState({ sandboxes: [stuck] }), operation(verb), now)
    expect(edits).toEqual([
      { edit: 'sandbox.want', id: stuck.id, phase },
      {
        edit: 'operation.note',
        id: 'op1',
        change: { state, generation: stuck.generation + 1, steps: [], endedAt: null, startedAt: now },
      },
    ])
  })

  it.each([
    ['one that is not stuck', aState({ sandboxes: [stuck] }), operation('stop', { state: 'done' }), /not stuck/],
    ['one whose sandbox is gone', aState({ sandboxes: [] }), operation('stop'), /not there any more/],
    ['a lost sandbox', aState({ sandboxes: [aSandbox({ phase: 'lost' })] }), operation('stop'), /only be deleted/],
    [
      'beside something that runs',
      aState({ sandboxes: [stuck], operations: [operation('port', { id: 'op2', state: 'running' })] }),
      operation('stop'),
      /Something else runs/,
    ],
  ])('refuses %s', (_, state, one, sentence) => {
    expect(() => retryOperation(state, one, now)).toThrow(UserError)
    expect(() => retryOperation(state, one, now)).toThrow(sentence)
  })
})
