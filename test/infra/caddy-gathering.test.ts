import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Gathering } from '../../src/infra/caddy/gathering.js'

const never = new AbortController().signal

function recording(fault?: unknown) {
  const writes: string[][] = []
  const gathering = new Gathering<string>(async (callers) => {
    writes.push(callers.flat())
    await sleep(10)
    if (fault !== undefined) throw fault
    return callers.map((items) => (items.includes('bad') ? new Error('bad') : undefined))
  })
  return { writes, gathering }
}

it('writes once for what comes together, and once for what came meanwhile', async () => {
  const { writes, gathering } = recording()
  const first = [gathering.add(['a'], never), gathering.add(['b'], never)]
  await sleep(5)
  await Promise.all([...first, gathering.add(['c'], never), gathering.add(['d'], never)])
  expect(writes).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

it('waits while more is known to come, and not for ever', async () => {
  const { writes, gathering } = recording()
  let pending = true
  gathering.lingerWhile(() => pending, 5000)
  const first = gathering.add(['a'], never)
  await sleep(40)
  expect(writes).toEqual([])
  const second = gathering.add(['b'], never)
  pending = false
  await Promise.all([first, second])
  expect(writes).toEqual([['a', 'b']])
  gathering.lingerWhile(() => true, 30)
  await gathering.add(['c'], never)
  expect(writes).toHaveLength(2)
})

it('gives each caller its own error', async () => {
  const { gathering } = recording()
  const outcomes = await Promise.allSettled([gathering.add(['a'], never), gathering.add(['bad'], never)])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await expect(recording(new Error('away')).gathering.add(['a'], never)).rejects.toThrow('away')
})

it('drops what a caller gave up before it was written', async () => {
  const { writes, gathering } = recording()
  const giveUp = new AbortController()
  const given = expect(gathering.add(['a'], giveUp.signal)).rejects.toThrow('given up')
  giveUp.abort(new Error('given up'))
  await given
  await gathering.add(['b'], never)
  expect(writes).toEqual([['b']])
})
