import { expect, it } from 'vitest'
import type { Pointing } from '../../src/core/pointing.js'
import { BaseWatch } from '../../src/sync/base-watch.js'

function watch(isKnown = false) {
  const asked: string[] = []
  const told: string[] = []
  let pointing: Pointing = { state: 'nowhere' }
  let isFull = false
  const base = new BaseWatch({
    names: { look: (host) => (asked.push(host), Promise.resolve(pointing)) },
    base: 'box.test',
    memory: {
      isKnown: () => isKnown,
      remember: () => {
        if (isFull) throw new Error('the disk is full')
        isKnown = true
      },
    },
    onRight: () => void told.push('right'),
    log: (_, message) => void told.push(message),
  })
  return { base, asked, told, leads: (to: Pointing) => (pointing = to), fill: (full: boolean) => (isFull = full) }
}

it('asks for a name that no sandbox can have, until it leads here; and says so once', async () => {
  const { base, asked, told, leads } = watch()
  await base.look()
  leads({ state: 'unknown', why: 'no DNS server answers' })
  await base.look()
  expect(told).toEqual([])
  leads({ state: 'here' })
  await Promise.all([base.look(), base.look()])
  await base.look()
  expect(told).toEqual(['right'])
  expect(asked).toEqual(Array.from({ length: 4 }, () => '0.box.test'))
})

it('remembers it over a restart, without asking', async () => {
  const { base, asked, told } = watch(true)
  await base.look()
  expect([asked, told]).toEqual([[], ['right']])
})

it('looks again where it cannot be remembered', async () => {
  const { base, told, leads, fill } = watch()
  leads({ state: 'here' })
  fill(true)
  await base.look()
  fill(false)
  await base.look()
  expect(told).toEqual(['that DNS leads here cannot be written down', 'right'])
})
