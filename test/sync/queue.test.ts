import { describe, expect, it } from 'vitest'
import { KeyedQueue } from '../../src/sync/queue.js'

/** A schedule whose time is the test's. */
class ManualTime {
  private timers: { at: number; run: () => void; live: boolean }[] = []
  now = 0

  readonly schedule = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.now + ms, run, live: true }
    this.timers.push(timer)
    return () => {
      timer.live = false
    }
  }

  advance(ms: number): void {
    this.now += ms
    const due = this.timers.filter((timer) => timer.live && timer.at <= this.now)
    for (const timer of due) {
      timer.live = false
      timer.run()
    }
  }
}

describe('the queue', () => {
  it('works on a key one at a time, and once more for all that came meanwhile', async () => {
    const time = new ManualTime()
    let running = 0
    let most = 0
    let runs = 0
    const gates: (() => void)[] = []
    const work = async (): Promise<boolean> => {
      runs += 1
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => gates.push(resolve))
      running -= 1
      return false
    }
    const queue = new KeyedQueue({ width: 4, work, schedule: time.schedule })
    for (let i = 0; i < 5; i += 1) queue.add('a')
    gates.shift()?.()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    gates.shift()?.()
    await queue.settled()
    expect({ runs, most }).toEqual({ runs: 2, most: 1 })
  })

  it('works on no more keys side by side than it is wide', async () => {
    const time = new ManualTime()
    let running = 0
    let most = 0
    const done: string[] = []
    const work = async (key: string): Promise<boolean> => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => setImmediate(resolve))
      running -= 1
      done.push(key)
      return false
    }
    const queue = new KeyedQueue({ width: 3, work, schedule: time.schedule })
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
    for (const key of keys) queue.add(key)
    await queue.settled()
    expect(most).toBe(3)
    expect(done.sort()).toEqual(keys.sort())
  })

  it('backs off by doubling, and from the beginning after a success', async () => {
    const time = new ManualTime()
    const at: number[] = []
    const answers = [true, true, true, false, true, false]
    const work = (): Promise<boolean> => {
      at.push(time.now)
      return Promise.resolve(answers.shift() ?? false)
    }
    const queue = new KeyedQueue({ width: 1, work, schedule: time.schedule })
    queue.add('a')
    for (let i = 0; i < 80; i += 1) {
      await queue.settled()
      time.advance(100)
    }
    expect(at.map((ms) => ms / 100)).toEqual([0, 5, 15, 35])
    queue.add('a')
    for (let i = 0; i < 10; i += 1) {
      await queue.settled()
      time.advance(100)
    }
    expect(at.length).toBe(6)
    expect((at[5] ?? 0) - (at[4] ?? 0)).toBe(500)
  })

  it('takes nothing more once closed', async () => {
    const time = new ManualTime()
    let runs = 0
    const work = (): Promise<boolean> => {
      runs += 1
      return Promise.resolve(true)
    }
    const queue = new KeyedQueue({ width: 1, work, schedule: time.schedule })
    queue.add('a')
    await queue.close()
    queue.add('b')
    time.advance(120_000)
    await queue.settled()
    expect(runs).toBe(1)
  })
})
