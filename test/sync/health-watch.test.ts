import { describe, expect, it } from 'vitest'
import type { Notice } from '../../src/core/notice.js'
import type { InstanceHealth } from '../../src/core/ports.js'
import { HealthWatch } from '../../src/sync/health-watch.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'

const GIB = 2 ** 30

function world() {
  const well: InstanceHealth = { diskUsed: GIB, diskSize: 20 * GIB, memoryKills: 0 }
  const health = new Map<string, InstanceHealth | Error>()
  const noticed: (readonly [string, Notice])[] = []
  const looked: string[] = []
  const logged: string[] = []
  const sandboxes = ['one', 'two', 'three'].map((name) =>
    aSandbox({ name, id: name, instance: name, power: name === 'three' ? 'stopped' : 'running' }),
  )
  const watch = new HealthWatch({
    instances: {
      health: (name) => {
        looked.push(name)
        const found = health.get(name) ?? well
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
      },
    },
    store: { state: () => aState({ sandboxes }) },
    announcer: { noticed: (id, notice) => void noticed.push([id, notice]) },
    log: (_, message) => void logged.push(message),
  })
  const look = async (now: Partial<InstanceHealth>): Promise<readonly (readonly [string, Notice])[]> => {
    health.set('one', { ...well, ...now })
    await watch.look()
    return noticed.splice(0)
  }
  return { watch, look, health, looked, logged, noticed }
}

describe('the health watch', () => {
  it('looks into what runs, and only that', async () => {
    const { look, looked } = world()
    expect(await look({})).toEqual([])
    expect(looked.toSorted()).toEqual(['one', 'two'])
  })

  it('tells of a disk that is nearly full once, and again after there was room', async () => {
    const { look } = world()
    const full = ['one', { notice: 'disk-full', used: 19.5 * GIB, size: 20 * GIB }]
    expect(await look({ diskUsed: 18.5 * GIB })).toEqual([])
    expect(await look({ diskUsed: 19.5 * GIB })).toEqual([full])
    expect(await look({ diskUsed: 18.5 * GIB })).toEqual([])
    expect(await look({ diskUsed: 19.5 * GIB })).toEqual([])
    expect(await look({ diskUsed: 10 * GIB })).toEqual([])
    expect(await look({ diskUsed: 19.5 * GIB })).toEqual([full])
  })

  it('tells of processes that were ended since the last look; a restart begins to count anew', async () => {
    const { look } = world()
    const told = ['one', { notice: 'out-of-memory', limit: 2 ** 31 }]
    expect(await look({ memoryKills: 3 })).toEqual([])
    expect(await look({ memoryKills: 4 })).toEqual([told])
    expect(await look({ memoryKills: 4 })).toEqual([])
    expect(await look({ memoryKills: 0 })).toEqual([])
    expect(await look({ memoryKills: 1 })).toEqual([told])
  })

  it('says nothing of what is not measured, and goes on where one cannot be looked into', async () => {
    const { watch, look, health, logged, noticed } = world()
    expect(await look({ diskUsed: null, memoryKills: null })).toEqual([])
    health.set('one', new Error('gone'))
    health.set('two', { diskUsed: 20 * GIB, diskSize: 20 * GIB, memoryKills: null })
    await watch.look()
    expect(noticed).toMatchObject([['two', { notice: 'disk-full' }]])
    expect(logged).toEqual(['a sandbox cannot be looked into'])
  })
})
