import { describe, expect, it } from 'vitest'
import { InfraError } from '../../src/core/errors.js'
import { NameWatch, type NameWatchParts } from '../../src/sync/name-watch.js'
import { aSandbox } from '../core/sandbox-fixture.js'

const HERE = '203.0.113.7'

function watch(change: Partial<NameWatchParts> = {}) {
  const names = new Map<string, readonly string[] | 'silent'>([['box.test', [HERE]]])
  const asked: string[] = []
  let now = 0
  const dns = {
    addresses: (host: string): Promise<readonly string[]> => {
      asked.push(host)
      const found = names.get(host) ?? []
      if (found !== 'silent') return Promise.resolve(found)
      return Promise.reject(new InfraError('dns', 'later', host, { sentence: 'no DNS server answers' }))
    },
  }
  const clock = { now: () => new Date(now) }
  const parts = {
    dns,
    clock,
    base: 'box.test',
    addresses: [],
    isKept: () => false,
    isChecked: true,
    freshMs: 5_000,
    ...change,
  }
  return { names, asked, watch: new NameWatch(parts), pass: (ms: number) => (now += ms) }
}

describe('the watch on names', () => {
  it('takes this host to be where its base leads, unless it is told', async () => {
    const { names, watch: one } = watch()
    names.set('app.test', [HERE])
    expect(one.here()).toEqual([])
    expect(await one.look('app.test')).toEqual({ state: 'here' })
    expect(one.here()).toEqual([HERE])
    const told = watch({ addresses: ['192.0.2.1'] })
    told.names.set('app.test', [HERE])
    expect(await told.watch.look('app.test')).toEqual({ state: 'elsewhere', addresses: [HERE] })
    expect(told.asked).toEqual(['app.test'])
  })

  it('asks once for what is looked at again and again, and looks anew a little later', async () => {
    const { names, asked, watch: one, pass } = watch()
    expect(one.last('app.test')).toBeNull()
    await Promise.all([one.look('app.test'), one.look('app.test')])
    expect(await one.look('app.test')).toEqual({ state: 'nowhere' })
    expect(asked).toEqual(['app.test', 'box.test'])
    names.set('app.test', [HERE])
    expect(one.last('app.test')).toEqual({ state: 'nowhere' })
    pass(5_000)
    expect(await one.look('app.test')).toEqual({ state: 'here' })
    expect(asked).toEqual(['app.test', 'box.test', 'app.test'])
  })

  it('never takes silence for an answer', async () => {
    const { names, watch: one, pass } = watch()
    names.set('app.test', 'silent')
    expect(await one.look('app.test')).toEqual({ state: 'unknown', why: 'no DNS server answers' })
    names.set('box.test', 'silent')
    pass(60_000)
    names.set('blog.test', [HERE])
    expect(await one.look('blog.test')).toMatchObject({ state: 'unknown' })
  })

  it('names those that have arrived, of those that are waited for', async () => {
    const { names, watch: one } = watch()
    const sandbox = aSandbox({ host: 'app.test', agentHost: 'shelley.app.test', awaited: ['app.test', 'gone.test'] })
    names.set('app.test', [HERE])
    names.set('shelley.app.test', [HERE])
    names.set('gone.test', [HERE])
    expect(await one.arrived([sandbox])).toEqual(new Set(['app.test']))
  })

  it('looks at nothing where an operator wants no check', async () => {
    const { asked, watch: one } = watch({ isChecked: false })
    expect(await one.look('app.test')).toEqual({ state: 'here' })
    expect(asked).toEqual([])
  })
})
