import { describe, expect, it } from 'vitest'
import { ActionTokens } from '../../src/bot/action-tokens.js'
import { PlatformRefusal, RateLimited } from '../../src/bot/chat.js'
import { Outbox } from '../../src/bot/outbox.js'
import type { Message } from '../../src/bot/message.js'
import { SqliteActions } from '../../src/infra/sqlite/actions.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteOutbox } from '../../src/infra/sqlite/outbox.js'
import { ada, FakePlatform } from './fakes.js'

const says = (title: string): Message => ({ title, blocks: [] })
const live = { final: false }

function world() {
  let time = Date.parse('2026-01-01')
  const later = new Map<number, { at: number; run: () => void }>()
  let timers = 0
  const clock = { now: (): Date => new Date(time) }
  const [a, b] = [new FakePlatform('a'), new FakePlatform('b')]
  const db = openDatabase(':memory:')
  const outbox = new Outbox({
    store: new SqliteOutbox(db),
    platforms: new Map([a, b].map((one) => [one.name, one])),
    tokens: new ActionTokens(new SqliteActions(db), Buffer.from('key'), clock),
    clock,
    schedule: (ms, run) => {
      const id = (timers += 1)
      later.set(id, { at: time + ms, run })
      return () => void later.delete(id)
    },
    log: () => undefined,
  })
  /** Time goes on; what was planned for it happens, and all that is due is delivered. */
  const pass = async (ms: number): Promise<void> => {
    const end = time + ms
    for (;;) {
      await outbox.flush()
      const [next] = [...later].filter(([, one]) => one.at <= end).sort(([, x], [, y]) => x.at - y.at)
      if (next === undefined) break
      const [id, timer] = next
      later.delete(id)
      time = Math.max(time, timer.at)
      timer.run()
    }
    time = end
  }
  /** The clock goes on while timers stand still, as in a suspended machine. */
  const suspend = (ms: number): void => {
    time += ms
    for (const timer of later.values()) timer.at += ms
  }
  /** Only what is planned for now happens. */
  const tick = async (): Promise<void> => {
    for (const [id, timer] of [...later].filter(([, one]) => one.at <= time)) {
      later.delete(id)
      timer.run()
    }
    await new Promise(setImmediate)
  }
  return { outbox, a, b, pass, suspend, tick }
}
const place = (platform: string, name = 'p') => ({ platform, place: name, to: 'all' }) as const
const alone = (platform: string) => ({ platform, direct: { ...ada, platform } }) as const

describe('the outbox', () => {
  it('coalesces, and edits one message', async () => {
    const { outbox, a, pass } = world()
    outbox.want('s', place('a'), says('1'))
    outbox.want('s', place('a'), says('2'))
    await pass(0)
    outbox.want('s', place('a'), says('3'))
    outbox.want('s', place('a'), says('3'))
    await pass(0)
    expect([...a.texts.values()]).toEqual(['3'])
    expect(a.deliveries).toBe(2)
  })
  it('a slot whose place changes while it is on its way stays one message', async () => {
    const { outbox, a, pass } = world()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const post = a.post.bind(a)
    a.post = (...given) => held.then(() => post(...given))
    outbox.want('s', place('a', 'here'), says('1'))
    const passing = pass(0)
    outbox.want('s', place('a', 'there'), says('2'))
    void outbox.flush()
    release()
    await passing
    await pass(0)
    expect([...a.texts.values()]).toEqual(['2'])
  })
  it('tries again with backoff; the last state is delivered; another platform is not held back', async () => {
    const { outbox, a, b, pass } = world()
    a.down = true
    outbox.want('s', place('a'), says('old'))
    outbox.want('t', place('b'), says('other'))
    await pass(0)
    expect([...b.texts.values()]).toEqual(['other'])
    outbox.want('s', place('a'), says('new'))
    a.down = false
    await pass(2000)
    expect([...a.texts.values()]).toEqual(['new'])
  })
  it('a platform that was down for hours is told everything as soon as it is back', async () => {
    const { outbox, a, pass } = world()
    a.down = true
    for (const slot of ['r', 's']) outbox.want(slot, place('a', slot), says(slot))
    await pass(3 * 3_600_000)
    a.down = false
    outbox.wake('a')
    await pass(0)
    expect([...a.texts.values()]).toEqual(['r', 's'])
  })
  it('keeps within the budgets: what is said once goes first, what is edited again and again waits', async () => {
    const { outbox, a, pass } = world()
    a.limits = [{ key: 'all', perMinute: 10 }]
    outbox.want('progress', place('a'), says('0'), live)
    await pass(0)
    for (let second = 1; second < 60; second += 1) {
      outbox.want('progress', place('a'), says(`${second}`), live)
      await pass(1000)
    }
    // Six of ten: the rest is kept for what must be said.
    expect(a.deliveries).toBe(6)
    for (const slot of ['w', 'x', 'y', 'z']) outbox.want(slot, place('a', slot), says(slot))
    await pass(0)
    expect(a.deliveries).toBe(10)
    outbox.want('progress', place('a'), says('the end'))
    await pass(61_000)
    expect([...a.texts.values()]).toEqual(['the end', 'w', 'x', 'y', 'z'])
  })
  it('waits out a 429, there or on the whole platform, and loses nothing', async () => {
    const { outbox, a, pass } = world()
    a.failures.push(new RateLimited('platform', 30_000))
    outbox.want('r', place('a', 'r'), says('r'))
    await pass(0)
    outbox.want('s', place('a', 's'), says('s'))
    await pass(29_000)
    expect(a.deliveries).toBe(0)
    await pass(2000)
    expect([...a.texts.values()].toSorted()).toEqual(['r', 's'])
    a.failures.push(new RateLimited('destination', 30_000))
    outbox.want('r', place('a', 'r'), says('r2'))
    outbox.want('s', place('a', 's'), says('s2'))
    await pass(0)
    expect([...a.texts.values()].toSorted()).toEqual(['r', 's2'])
    await pass(31_000)
    expect([...a.texts.values()].toSorted()).toEqual(['r2', 's2'])
  })
  it('after a suspend goes on at once, in place of waiting for a timer that stood still', async () => {
    const { outbox, a, pass, suspend, tick } = world()
    a.failures.push(new RateLimited('destination', 30_000))
    outbox.want('s', place('a'), says('held'))
    await pass(0)
    suspend(31_000)
    outbox.want('t', place('a', 'q'), says('other'))
    await tick()
    expect([...a.texts.values()].toSorted()).toEqual(['held', 'other'])
  })
  it('what the platform refuses as it stands is not sent again; what is said there later is', async () => {
    const { outbox, a, pass } = world()
    a.failures.push(new PlatformRefusal('too long'))
    outbox.want('s', place('a'), says('too long'))
    await pass(3_600_000)
    expect([a.deliveries, a.texts.size]).toEqual([0, 0])
    outbox.want('s', place('a'), says('short'))
    await pass(0)
    expect([...a.texts.values()]).toEqual(['short'])
  })
  it('a message that people removed is not posted anew', async () => {
    const { outbox, a, pass } = world()
    outbox.want('s', place('a'), says('1'))
    await pass(0)
    for (const ref of a.texts.keys()) a.removed.add(ref)
    outbox.want('s', place('a'), says('2'))
    outbox.want('s', place('a'), says('3'))
    await pass(3_600_000)
    expect([...a.texts.values()]).toEqual(['1'])
  })
  it('what a person could not be told is told, as it is by then, when they can be reached', async () => {
    const { outbox, a, pass } = world()
    a.closed = true
    outbox.want('s', alone('a'), says('old'))
    await pass(0)
    a.closed = false
    outbox.want('s', alone('a'), says('new'))
    await pass(60_000)
    expect(a.texts.size).toBe(0)
    outbox.reachable({ ...ada, platform: 'a', user: 'another' })
    await pass(0)
    expect(a.texts.size).toBe(0)
    outbox.reachable({ ...ada, platform: 'a' })
    await pass(0)
    expect([...a.texts.values()]).toEqual(['new'])
  })
  it('what is due now is not kept waiting by what is due later, however slowly both are said', async () => {
    const { outbox, a, suspend, tick } = world()
    outbox.want('now', place('a'), says('now'))
    suspend(1)
    outbox.want('later', place('a'), says('later'), { afterMs: 15_000 })
    await tick()
    expect([...a.texts.values()]).toEqual(['now'])
  })
  it('can be withdrawn before its time', async () => {
    const { outbox, a, pass } = world()
    outbox.want('s', place('a'), says('stopped'), { afterMs: 10_000 })
    outbox.want('t', place('a'), says('told'), { afterMs: 10_000 })
    await pass(9000)
    outbox.withdraw('s')
    await pass(2000)
    outbox.withdraw('t')
    expect([...a.texts.values()]).toEqual(['told'])
  })
  it('takes no secret', () => {
    expect(() => world().outbox.want('s', place('a'), { secret: true, blocks: [] })).toThrow(/secret/)
  })
})

describe('action tokens', () => {
  const clock = { time: 0, now: (): Date => new Date(clock.time) }
  const tokens = new ActionTokens(new SqliteActions(openDatabase(':memory:')), Buffer.from('key'), clock)
  const minted = (once: boolean): string => {
    const press = { command: 'stop', args: { sandbox: 'x' } }
    const button = { label: 'Stop', press, ...(once ? { once: true as const } : {}) }
    const [block] = tokens.mint({ blocks: [{ block: 'buttons', buttons: [button] }] }, ada).blocks
    const made = block?.block === 'buttons' ? block.buttons[0] : undefined
    return made !== undefined && 'press' in made ? made.press : ''
  }
  it('open what they were minted for, and nothing else', () => {
    clock.time = 0
    const token = minted(false)
    expect(token).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
    expect(tokens.open(token, ada)).toEqual({ command: 'stop', args: { sandbox: 'x' } })
    expect(() => tokens.open(token, { ...ada, user: 'eve' })).toThrow(/for the one who asked/)
    expect(() => tokens.open(`A${token.slice(1)}`, ada)).toThrow(/too old/)
    clock.time = 31 * 24 * 3_600_000
    expect(() => tokens.open(token, ada)).toThrow(/too old/)
  })
  it('that work once do so once, for a quarter of an hour, and never for another', () => {
    clock.time = 0
    const [first, second] = [minted(true), minted(true)]
    expect(first).not.toBe(second)
    expect(() => tokens.open(first, { ...ada, user: 'eve' })).toThrow(/for the one who asked/)
    expect(tokens.open(first, ada)).toMatchObject({ command: 'stop' })
    expect(() => tokens.open(first, ada)).toThrow(/too old/)
    clock.time = 16 * 60_000
    expect(() => tokens.open(second, ada)).toThrow(/too old/)
  })
})
