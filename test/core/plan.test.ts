import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeenAgent } from '../../src/core/parts/agent.js'
import { wantedInstance, type SeenInstance } from '../../src/core/parts/instance.js'
import type { SeenPipe } from '../../src/core/parts/pipe.js'
import { planSandbox, wholePlan } from '../../src/core/parts/plan-sandbox.js'
import { planRoutes, routeIdOf, wantedRoutes, type SeenRoute } from '../../src/core/parts/route.js'
import { mayBecome, type AgentSpec, type Phase, type PowerAsk, type Sandbox } from '../../src/core/sandbox.js'
import type { Settings } from '../../src/core/state.js'
import { learn } from '../../src/sync/follow.js'
import { instanceOf, ModelWorld } from './model-world.js'
import { aSandbox, aState, noAccess, noQuotas } from './sandbox-fixture.js'

const settings: Settings = {
  base: 'box.example.com',
  scheme: 'nested',
  templates: [],
  agentPort: 9999,
  sshPort: 22,
  reservedNames: [],
  pins: null,
  access: noAccess,
  quotas: noQuotas,
}

const phases: fc.Arbitrary<Phase> = fc.constantFrom('creating', 'ready', 'deleting')
const asks: fc.Arbitrary<PowerAsk | null> = fc.constantFrom(
  null,
  { power: 'start' },
  { power: 'stop' },
  { power: 'restart', lastUsedAt: null },
)
const agents: fc.Arbitrary<AgentSpec> = fc.constantFrom(
  { kind: 'none' },
  { kind: 'own' },
  { kind: 'shelley', version: null },
  { kind: 'shelley', version: 'v2' },
)
const marks: fc.Arbitrary<SeenAgent | null> = fc.option(
  fc.record({
    version: fc.constantFrom('v1', 'v2'),
    address: fc.constantFrom('10.88.0.10', '10.88.0.99'),
    port: fc.constantFrom(9999, 9990),
    towards: fc.constantFrom(null, 'v2', 'v3'),
  }),
  { nil: null },
)
const sandboxes = fc
  .record({
    phase: phases,
    ask: asks,
    ipv6: fc.constantFrom('fd42::a58:a', null),
    appPort: fc.integer({ min: 1, max: 65535 }),
    hash: fc.constantFrom(null, '$2b$x'),
    agent: agents,
  })
  .map(({ phase, ask, ipv6, appPort, hash, agent }) => {
    const { spec } = aSandbox()
    const accounts = [{ person: 'ada', user: 'ada', hash, delivered: true }]
    return aSandbox({ ipv6, phase, ask: phase === 'ready' ? ask : null, spec: { ...spec, appPort, accounts, agent } })
  })

/** Any state in which an instance of ours can be found, or none. */
const instances = fc.option(
  fc.record({
    power: fc.constantFrom('running', 'stopped'),
    ipv4: fc.constantFrom('10.88.0.10', '10.88.0.99', null),
    ipv6: fc.constantFrom('fd42::a58:a', 'fd42::99', null),
    nesting: fc.boolean(),
    nicIsOurs: fc.boolean(),
    mappingKey: fc.constantFrom('ssh-ed25519 MAP', 'ssh-ed25519 OTHER', null),
    agent: marks,
  }),
  { nil: null },
)
const pipes: fc.Arbitrary<SeenPipe | null> = fc.constantFrom(null, {
  owner: 'altered',
  name: 'myapp',
  sandbox: 'sb1x',
  detail: 'a file is missing',
})
const routes: fc.Arbitrary<SeenRoute | null> = fc.constantFrom(null, {
  state: 'altered',
  id: 'sandpiper:sb1x:agent',
  sandbox: 'sb1x',
  kind: 'agent',
  detail: 'the login is gone',
})

/** Plans and applies until nothing is left; the number of rounds it took. */
function converge(world: ModelWorld, start: Sandbox): { rounds: number; sandbox: Sandbox } {
  let sandbox = start
  const state = aState({ sandboxes: [start] })
  for (let rounds = 0; rounds < 6; rounds += 1) {
    const facts = learn(sandbox, world.instances.get(sandbox.instance) ?? null)
    if (facts !== null) sandbox = { ...sandbox, ...facts }
    const plan = wholePlan(planSandbox(sandbox, state, world.seen(), settings))
    if (plan.changes.length === 0) return { rounds, sandbox }
    for (const change of plan.changes) world.apply(change)
  }
  throw new Error('does not converge')
}

describe('the plan of a sandbox', () => {
  it('converges from anything that can be found, and then plans nothing', () => {
    fc.assert(
      fc.property(sandboxes, instances, pipes, routes, (sandbox, instance, pipe, route) => {
        const world = new ModelWorld()
        const wanted = wantedInstance({ ...sandbox, phase: 'ready' })
        if (instance !== null && wanted !== null)
          world.instances.set(sandbox.instance, { ...instanceOf(wanted), ...instance })
        if (pipe !== null) world.pipes.set('myapp', pipe)
        if (route !== null) world.routes.set('sandpiper:sb1x:agent', route)
        const { sandbox: end } = converge(world, sandbox)
        const isLost = sandbox.phase === 'ready' && instance === null
        expect(world.instances.has(sandbox.instance)).toBe(sandbox.phase !== 'deleting' && !isLost)
        expect(world.pipes.has('myapp')).toBe(sandbox.phase !== 'deleting')
        expect(world.routes.has('sandpiper:sb1x:agent')).toBe(
          sandbox.phase !== 'deleting' && sandbox.spec.agent.kind !== 'none' && end.spec.accounts[0]?.hash !== null,
        )
        expect(converge(world, end).rounds).toBe(0)
        const mark = world.instances.get(sandbox.instance)?.agent ?? null
        if (sandbox.phase === 'deleting' || isLost || sandbox.spec.agent.kind !== 'shelley') return
        expect(mark).toMatchObject({ address: '10.88.0.10', port: 9999, towards: null })
        if (sandbox.spec.agent.version !== null) expect(mark?.version).toBe('v2')
      }),
    )
  })

  it('touches nothing foreign under its own names', () => {
    fc.assert(
      fc.property(sandboxes, fc.constantFrom(null, 'another-sandbox'), (sandbox, owner) => {
        const world = new ModelWorld()
        const wanted = wantedInstance(aSandbox())
        if (wanted === null) throw new Error('the fixture has an instance')
        const foreign: SeenInstance = { ...instanceOf(wanted), sandbox: owner }
        world.instances.set(sandbox.instance, foreign)
        world.pipes.set('myapp', { owner: 'foreign', name: 'myapp' })
        const seen = { ...world.seen() }
        const taken = { ...seen, routes: { ...seen.routes, foreignHosts: new Set([sandbox.host, sandbox.agentHost]) } }
        expect(wholePlan(planSandbox(sandbox, aState({ sandboxes: [sandbox] }), taken, settings)).changes).toEqual([])
      }),
    )
  })

  it('opens no pipe without a key, and no agent route without a login', () => {
    const sandbox = aSandbox({ spec: { ...aSandbox().spec, accounts: [] } })
    const plan = planSandbox(sandbox, aState({ keys: [] }), new ModelWorld().seen(), settings)
    expect(plan.pipe.changes).toEqual([])
    expect(plan.route.changes).toMatchObject([{ kind: 'route.add', wanted: { kind: 'app' } }])
  })

  it('reports a born sandbox without an instance as lost, and makes none', () => {
    const plan = planSandbox(aSandbox(), aState(), new ModelWorld().seen(), settings)
    expect(plan.instance).toMatchObject({ changes: [], findings: [{ finding: 'lost', subject: 'myapp-sb1x' }] })
  })

  it('puts the agent in ahead of the first start, and swaps it behind everything else', () => {
    const agent = { kind: 'shelley', version: 'v2' } as const
    const sandbox = aSandbox({ phase: 'creating', spec: { ...aSandbox().spec, agent } })
    const kinds = (seen: ModelWorld, one: Sandbox) =>
      planSandbox(one, aState(), seen.seen(), settings).instance.changes.map(({ kind }) => kind)
    expect(kinds(new ModelWorld(), sandbox)).toEqual([
      'instance.create',
      'instance.prepare',
      'agent.install',
      'instance.start',
    ])
    const wanted = wantedInstance(sandbox)
    if (wanted === null) throw new Error('the fixture has an instance')
    const world = new ModelWorld()
    const mark: SeenAgent = { version: 'v1', address: '10.88.0.10', port: 9999, towards: null }
    world.instances.set(sandbox.instance, { ...instanceOf(wanted), power: 'stopped', agent: mark })
    const asked = { ...sandbox, phase: 'ready' as const, ask: { power: 'start' as const } }
    expect(kinds(world, asked)).toEqual(['instance.start', 'agent.update'])
  })

  it('takes up an instance that was created and not yet started', () => {
    const sandbox = aSandbox({ phase: 'creating' })
    const wanted = wantedInstance(sandbox)
    if (wanted === null) throw new Error('the fixture has an instance')
    const world = new ModelWorld()
    world.instances.set(sandbox.instance, { ...instanceOf(wanted), power: 'stopped' })
    const kinds = planSandbox(sandbox, aState(), world.seen(), settings).instance.changes.map(({ kind }) => kind)
    expect(kinds).toEqual(['instance.prepare', 'instance.start'])
  })
})

describe('the routes of a sandbox', () => {
  const hosts = ['a.test', 'b.test', 'c.test']
  const domainId = (host: string): string => routeIdOf({ sandbox: 'sb1x', kind: 'domain', host })

  it('are one for each of its names that is not awaited, whatever was there before', () => {
    fc.assert(
      fc.property(
        fc.subarray(hosts),
        fc.subarray(hosts),
        fc.subarray(hosts),
        phases,
        (wanted, awaited, seen, phase) => {
          const { spec } = aSandbox()
          const domains = wanted.map((host) => ({ host, dns: 'automatic' as const }))
          const sandbox = aSandbox({ phase, awaited, spec: { ...spec, domains } })
          const world = new ModelWorld()
          const before = wantedRoutes(
            aSandbox({ spec: { ...spec, domains: seen.map((host) => ({ host, dns: 'by-hand' })) } }),
            settings,
          )
          for (const route of before) world.routes.set(routeIdOf(route), { state: 'ours', route })
          for (const change of planRoutes(sandbox, wantedRoutes(sandbox, settings), world.seen().routes).changes)
            world.apply(change)
          const published = phase === 'deleting' ? [] : wanted.filter((host) => !awaited.includes(host))
          const main = phase === 'deleting' ? [] : ['sandpiper:sb1x:agent', 'sandpiper:sb1x:app']
          expect([...world.routes.keys()].toSorted()).toEqual([...main, ...published.map(domainId)].toSorted())
        },
      ),
    )
  })

  it('stand for themselves: one that somebody else has taken holds up no other', () => {
    const { spec } = aSandbox()
    const domains = hosts.map((host) => ({ host, dns: 'automatic' as const }))
    const sandbox = aSandbox({ spec: { ...spec, domains } })
    const seen = { ...new ModelWorld().seen().routes, foreignHosts: new Set(['b.test']) }
    const plan = planRoutes(sandbox, wantedRoutes(sandbox, settings), seen)
    expect(plan.findings).toMatchObject([{ finding: 'conflict', subject: 'b.test' }])
    expect(plan.changes).toHaveLength(4)
  })
})

describe('the phases of a sandbox', () => {
  it('leaves a tombstone for nothing but stuck', () => {
    const all: Phase[] = ['creating', 'ready', 'deleting', 'lost', 'stuck']
    expect(all.filter((phase) => mayBecome('deleting', phase))).toEqual(['deleting', 'stuck'])
    expect(all.filter((phase) => mayBecome('ready', phase))).toEqual(['ready', 'deleting', 'lost', 'stuck'])
  })
})
