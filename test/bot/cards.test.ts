import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driftCard } from '../../src/bot/cards/drift.js'
import { keysCard, listCard } from '../../src/bot/cards/lists.js'
import { loginCard } from '../../src/bot/cards/login.js'
import { progress } from '../../src/bot/cards/progress.js'
import { ourFault, refusal, stranger } from '../../src/bot/cards/refusal.js'
import { sandboxCard } from '../../src/bot/cards/sandbox-card.js'
import type { Message } from '../../src/bot/message.js'
import { plainText } from '../../src/bot/plain-text.js'
import { UserError } from '../../src/core/errors.js'
import type { Operation } from '../../src/core/operation.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'
import { addresses } from './addresses.js'

const now = new Date('2026-01-01T00:02:00Z')
const sandbox = aSandbox()
const state = aState({ sandboxes: [sandbox] })
const ada = { platform: 'console', workspace: '', user: 'ada' }

const creating: Operation = {
  id: 'op1',
  verb: 'create',
  sandbox: sandbox.id,
  sandboxName: 'myapp',
  person: 'ada',
  origin: { identity: ada, place: 'main', eventKey: 'e1' },
  generation: 1,
  state: 'running',
  before: null,
  steps: [
    {
      key: '1',
      label: 'instance created',
      detail: 'exeuntu',
      state: 'done',
      startedAt: new Date(now.getTime() - 1000),
      endedAt: new Date(now.getTime() - 700),
    },
    {
      key: '2',
      label: 'started',
      detail: '',
      state: 'running',
      startedAt: new Date(now.getTime() - 700),
      endedAt: null,
    },
    { key: '3', label: 'agent route published', detail: '', state: 'waiting', startedAt: null, endedAt: null },
  ],
  waitingFor: null,
  waitingUntil: null,
  reason: null,
  offers: [],
  cancelled: false,
  startedAt: new Date(now.getTime() - 1000),
  endedAt: null,
}

const cards: readonly (readonly [string, Message])[] = [
  ['progress', progress(creating, now)],
  ['going-back', progress({ ...creating, state: 'going-back', reason: 'the image `x` does not exist' }, now)],
  ['sandbox-running', sandboxCard(state, sandbox, addresses, now)],
  ['sandbox-stopped', sandboxCard(state, aSandbox({ power: 'stopped' }), addresses, now)],
  ['sandbox-lost', sandboxCard(state, aSandbox({ phase: 'lost' }), addresses, now)],
  ['sandbox-without-a-key', sandboxCard(aState({ sandboxes: [sandbox], keys: [] }), sandbox, addresses, now)],
  ['list', listCard(state, [sandbox], false, addresses)],
  ['list-empty', listCard(state, [], false, addresses)],
  ['keys', keysCard(state.keys, now)],
  [
    'login',
    loginCard(
      { sandbox: sandbox.id, person: 'ada', user: 'ada', password: 'kabi-tenu-4071-sora-vimi' },
      sandbox,
      addresses,
    ),
  ],
  [
    'refusal',
    refusal(
      new UserError('name-taken', '`myapp` is taken (Grace). Free: `myapp2`.', [
        { label: 'Use myapp2', command: 'create', args: { target: 'myapp2' } },
      ]),
    ),
  ],
  ['stranger', stranger({ platform: 'slack', workspace: 'T1', user: 'U0123' })],
  ['our-fault', ourFault('7QXD')],
  [
    'drift',
    driftCard(
      {
        at: now,
        applied: true,
        held: null,
        lines: [
          { sign: '~', part: 'route', subject: 'shelley.myapp.box.example.com', detail: 'accounts differ' },
          { sign: '!', part: 'instance', subject: 'old-test', detail: 'not ours, left alone' },
        ],
      },
      false,
    ),
  ],
]

describe('cards in plain text', () => {
  it.each(cards)('%s', async (name, message) => {
    await expect(`${plainText(message)}\n`).toMatchFileSnapshot(`../golden/${name}.txt`)
  })

  it('show hostile words as words: no control characters, nothing that turns the reading direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (words) => {
        const text = plainText(refusal(new UserError('invalid', words, [{ label: words, command: 'show', args: {} }])))
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
  })
})
