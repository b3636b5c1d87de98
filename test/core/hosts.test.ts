import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collision, hostsOf, servedAt } from '../../src/core/hosts.js'
import { parseCreateTarget, type HostScheme } from '../../src/core/names.js'
import type { Operation } from '../../src/core/operation.js'
import type { CustomDomain, Sandbox } from '../../src/core/sandbox.js'
import { aSandbox, aState } from './sandbox-fixture.js'

function withDomains(domains: readonly CustomDomain[], change: Partial<Sandbox> = {}): Sandbox {
  const sandbox = aSandbox(change)
  return { ...sandbox, spec: { ...sandbox.spec, domains } }
}

const byHand: CustomDomain = { host: 'app.example.co.uk', dns: 'by-hand' }

describe('the host names of a sandbox', () => {
  it('are its app, its agent, and the domains that were added: with who keeps their records', () => {
    expect(hostsOf(withDomains([byHand]))).toEqual([
      { host: 'myapp.box.example.com', serves: 'app', dns: 'automatic', added: false },
      { host: 'shelley.myapp.box.example.com', serves: 'agent', dns: 'automatic', added: false },
      { host: 'app.example.co.uk', serves: 'app', dns: 'by-hand', added: true },
    ])
  })

  it('lead back to it', () => {
    const sandboxes = [aSandbox({ id: 'other', name: 'other' }), withDomains([byHand])]
    expect(servedAt('app.example.co.uk', sandboxes)).toMatchObject({
      sandbox: { name: 'myapp' },
      name: { serves: 'app' },
    })
    expect(servedAt('shelley.other.box.example.com', sandboxes)?.name.serves).toBe('agent')
    expect(servedAt('example.co.uk', sandboxes)).toBeUndefined()
  })
})

describe('collisions', () => {
  it.each(['myapp.box.example.com', 'shelley.myapp.box.example.com', 'app.example.co.uk'])('%s is taken', (host) => {
    const state = aState({ sandboxes: [withDomains([byHand])] })
    expect(collision(['free.example.com', host], state)).toMatchObject({ host, holder: { name: 'myapp' } })
    expect(collision(['free.example.com'], state)).toBeUndefined()
  })

  it('a domain that is being taken away is held until that is done', () => {
    const { spec } = withDomains([byHand])
    const removal: Partial<Operation> = { sandbox: 'sb1x', before: { spec, power: 'running' } }
    const state = aState({ sandboxes: [aSandbox()], operations: [removal as Operation] })
    expect(collision([byHand.host], state)?.holder.name).toBe('myapp')
  })

  it('never leave two sandboxes with the same host name, whatever schemes they were made in', () => {
    const names = fc.constantFrom(
      'a1',
      'b1',
      'shelley-a1',
      'shelley-shelley-a1',
      'a1.b1.test',
      'shelley.a1.box.test',
      'x.test',
    )
    const schemes = fc.constantFrom<HostScheme>('nested', 'flat')
    fc.assert(
      fc.property(fc.array(fc.tuple(names, schemes), { maxLength: 12 }), (wishes) => {
        const sandboxes: Sandbox[] = []
        for (const [text, scheme] of wishes) {
          const target = targetOrNull(text, scheme)
          if (target === null || collision([target.host, target.agentHost], aState({ sandboxes })) !== undefined)
            continue
          sandboxes.push(aSandbox({ id: text, ...target }))
        }
        const all = sandboxes.flatMap(hostsOf).map(({ host }) => host)
        expect(new Set(all).size).toBe(all.length)
      }),
    )
  })
})

function targetOrNull(text: string, scheme: HostScheme): ReturnType<typeof parseCreateTarget> | null {
  try {
    return parseCreateTarget(text, { base: 'box.test', scheme, reservedNames: [] }, () => false)
  } catch {
    return null
  }
}
