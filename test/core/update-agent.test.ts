import { describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { renewCredentials } from '../../src/core/operations/credentials.js'
import type { Context } from '../../src/core/operations/operation-context.js'
import { stopRollout, updateAll } from '../../src/core/operations/update-all.js'
import { updateAgent } from '../../src/core/operations/update-agent.js'
import { wantedRoutes } from '../../src/core/parts/route.js'
import type { AgentSpec, Sandbox } from '../../src/core/sandbox.js'
import type { Settings, State } from '../../src/core/state.js'
import { aSandbox, aState, noAccess, noQuotas } from './sandbox-fixture.js'

const { spec } = aSandbox()
const template = (agent: AgentSpec['kind']) => ({ name: agent, description: '', ...spec, agent })
const settings: Settings = {
  base: 'box.example.com',
  scheme: 'nested',
  templates: [template('shelley'), template('own'), template('none')],
  agentPort: 9999,
  sshPort: 22,
  reservedNames: [],
  pins: null,
  access: noAccess,
  quotas: noQuotas,
}

function contextOf(state: State, role: 'admin' | 'member' = 'admin'): Context {
  const [person] = aState().persons
  if (person === undefined) throw new Error('nobody is here')
  const identity = { platform: 'console', workspace: '', user: 'ada' }
  return {
    state,
    settings,
    network: { name: 'br0', ipv4: '10.88.0.1/24', ipv6: null, pinsIpv6: false, dhcpRanges: [], leased: [] },
    actor: { person, role, commands: 'all' },
    origin: { identity, place: 'main', isPrivate: false, eventKey: 'e1' },
    now: new Date('2026-01-01T00:00:00Z'),
    newId: () => 'id1x',
  }
}

const kept = (change: Partial<Sandbox> = {}): Sandbox =>
  aSandbox({ spec: { ...spec, agent: { kind: 'shelley', version: null } }, agentVersion: 'v1', ...change })
const stateOf = (sandbox: Sandbox, newestAgent: string | null = 'v2') => aState({ sandboxes: [sandbox], newestAgent })
const update = (state: State) => updateAgent(contextOf(state), { sandbox: 'myapp' })

describe('the update of an agent', () => {
  it('wants the newest version, and nothing else', () => {
    const edits = update(stateOf(kept()))
    expect(edits).toMatchObject([
      { edit: 'sandbox.want', spec: { ...kept().spec, agent: { kind: 'shelley', version: 'v2' } } },
      { edit: 'operation.start', operation: { verb: 'update', generation: 2, before: { spec: kept().spec } } },
    ])
  })

  it.each<[string, Sandbox, string | null, string]>([
    ['its image brought it', aSandbox(), 'v2', "myapp's agent came with its image; I keep only those that I put in."],
    ['there is none', aSandbox({ spec: { ...spec, agent: { kind: 'none' } } }), 'v2', 'myapp has no agent.'],
    ['it is the newest', kept({ agentVersion: 'v2' }), 'v2', 'myapp has the newest Shelley already, v2.'],
    ['no release is known', kept(), null, 'I have not heard of a release of Shelley yet.'],
    [
      'it does not run',
      kept({ power: 'stopped' }),
      'v2',
      'myapp does not run, and its agent is updated while it runs.',
    ],
  ])('is refused where %s', (_why, sandbox, newest, sentence) => {
    expect(() => update(stateOf(sandbox, newest))).toThrow(sentence)
  })

  it('is for all on the word of an admin alone, one at a time', () => {
    const state = stateOf(kept())
    expect(() => updateAll(contextOf(state, 'member'))).toThrow('Only an admin updates all agents.')
    const { rollout } = updateAll(contextOf(state))
    expect(rollout).toMatchObject({ version: 'v2', total: 1, waiting: ['sb1x'], state: 'running' })
    const running = { ...state, rollout }
    expect(() => updateAll(contextOf(running))).toThrow('Agents are being updated to v2: 0 of 1 so far.')
    expect(stopRollout(contextOf(running)).rollout).toMatchObject({ state: 'stopped', reason: 'Ada stopped it' })
    expect(() => stopRollout(contextOf(state))).toThrow('No agents are being updated.')
    expect(() => stopRollout(contextOf(running, 'member'))).toThrow('Only an admin')
  })
})

describe('a template without an agent', () => {
  const [first] = createSandbox(contextOf(aState()), { target: 'bare', template: 'none' })
  const sandbox = first?.edit === 'sandbox.add' ? first.sandbox : aSandbox()

  it('makes a sandbox without a login, and without an agent route', () => {
    expect(sandbox.spec).toMatchObject({ agent: { kind: 'none' }, accounts: [] })
    expect(wantedRoutes(sandbox, settings).map(({ kind }) => kind)).toEqual(['app'])
    const withLogin = { ...sandbox, spec: { ...sandbox.spec, accounts: spec.accounts } }
    expect(wantedRoutes(withLogin, settings).map(({ kind }) => kind)).toEqual(['app'])
  })

  it('has no login to renew', () => {
    const context = contextOf(aState({ sandboxes: [{ ...sandbox, phase: 'ready' }] }))
    expect(() => renewCredentials(context, { sandbox: 'bare' })).toThrow('bare has no agent, so there is no login')
  })
})
