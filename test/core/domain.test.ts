import { describe, expect, it } from 'vitest'
import type { Edit } from '../../src/core/edits.js'
import { goBack } from '../../src/core/operations/go-back.js'
import { addDomain, removeDomain } from '../../src/core/operations/domain.js'
import type { Context } from '../../src/core/operations/operation-context.js'
import type { CustomDomain, Sandbox } from '../../src/core/sandbox.js'
import { aSandbox, aState, noAccess, noQuotas } from './sandbox-fixture.js'

const ada = { id: 'ada', name: 'Ada', identities: [], isMuted: false }
const byHand: CustomDomain = { host: 'app.example.com', dns: 'by-hand' }

function contextOf(sandbox: Sandbox, others: readonly Sandbox[] = []): Context {
  return {
    state: aState({ sandboxes: [sandbox, ...others] }),
    settings: {
      base: 'box.example.com',
      scheme: 'nested',
      reservedNames: [],
      templates: [],
      agentPort: 9999,
      sshPort: 22,
      pins: null,
      access: noAccess,
      quotas: noQuotas,
    },
    network: null,
    actor: { person: ada, role: 'member', commands: 'all' },
    origin: {
      identity: { platform: 'console', workspace: '', user: 'ada' },
      place: 'main',
      eventKey: 'e',
      isPrivate: false,
    },
    now: new Date(0),
    newId: () => 'id',
  }
}

function withDomains(domains: readonly CustomDomain[], change: Partial<Sandbox> = {}): Sandbox {
  const sandbox = aSandbox(change)
  return { ...sandbox, spec: { ...sandbox.spec, domains } }
}

const add = (sandbox: Sandbox, domain: string, others: readonly Sandbox[] = []) =>
  addDomain(contextOf(sandbox, others), { sandbox: 'myapp', domain, dns: 'by-hand' })
const wanted = (edits: readonly Edit[]) => edits.find((edit) => edit.edit === 'sandbox.want')

describe('a domain', () => {
  it('is wanted, and awaited', () => {
    const edits = add(aSandbox(), ' App.Example.COM. ')
    expect(wanted(edits)).toMatchObject({ spec: { domains: [byHand] }, awaited: ['app.example.com'] })
    expect(edits[1]).toMatchObject({ edit: 'operation.start', operation: { verb: 'domain', generation: 2 } })
  })

  it('keeps those that are there, and what they wait for', () => {
    const former = withDomains([byHand], { awaited: ['app.example.com', 'removed.example.com'] })
    expect(wanted(add(former, 'bücher.example'))).toMatchObject({
      spec: { domains: [byHand, { host: 'xn--bcher-kva.example' }] },
      awaited: ['app.example.com', 'xn--bcher-kva.example'],
    })
  })

  it.each([
    ['what is no domain', 'app', '`app` is no domain.'],
    ['an address', '10.0.0.1', 'is no domain'],
    ['the base', 'box.example.com', 'is where all sandboxes live'],
    ['a name below the base', 'other.box.example.com', 'for sandboxes of their own: `create other`'],
    ['its own name', 'app.example.com', '`app.example.com` leads to myapp already.'],
    [
      "another's name",
      'shelley.theirs.example',
      '`shelley.theirs.example` leads to `theirs` (Ada). Choose another domain.',
    ],
  ])('is refused where it is %s', (_, domain, sentence) => {
    const theirs = aSandbox({ id: 'sb2y', name: 'theirs', host: 'theirs.example', agentHost: 'shelley.theirs.example' })
    expect(() => add(withDomains([byHand]), domain, [theirs])).toThrow(sentence)
  })

  it('is refused where there are twenty', () => {
    const many = Array.from({ length: 20 }, (_, index): CustomDomain => ({ ...byHand, host: `d${index}.example.com` }))
    expect(() => add(withDomains(many), 'one.more.example')).toThrow('myapp has 20 domains; that is the most.')
  })

  it.each([
    ['busy', { phase: 'lost' as const }, 'is gone from the host'],
    ["not the asker's", { owner: 'grace' }, "Only myapp's owner"],
  ])('is refused where the sandbox is %s', (_, change, sentence) => {
    expect(() => add(aSandbox(change), 'app.example.com')).toThrow(sentence)
  })

  it('is taken away by whatever spelling, and comes back where that goes back', () => {
    const sandbox = withDomains([byHand])
    const edits = removeDomain(contextOf(sandbox), { sandbox: 'myapp', domain: 'APP.example.com' })
    expect(wanted(edits)).toMatchObject({ spec: { domains: [] } })
    const started = edits.find((edit) => edit.edit === 'operation.start')?.operation
    if (started === undefined) throw new Error('it starts an operation')
    const back = goBack({ ...sandbox, spec: { ...sandbox.spec, domains: [] }, generation: 2 }, started, 'why', false)
    expect(wanted(back)).toMatchObject({ spec: { domains: [byHand] } })
  })

  it.each([
    ['one that is not there', 'blog.example.com', 'is no domain of myapp. myapp has: `app.example.com`.'],
    ['what it was created with', 'myapp.box.example.com', 'is what myapp was created with'],
    ['nonsense', '', 'is no domain of myapp'],
  ])('cannot be taken away where it is %s', (_, domain, sentence) => {
    const request = { sandbox: 'myapp', domain }
    expect(() => removeDomain(contextOf(withDomains([byHand])), request)).toThrow(sentence)
    expect(() => removeDomain(contextOf(aSandbox()), { ...request, domain: 'x.test' })).toThrow('no domain of its own')
  })
})
