import { describe, expect, it } from 'vitest'
import { ActionTokens } from '../../src/bot/action-tokens.js'
import { Outbox } from '../../src/bot/outbox.js'
import type { Message } from '../../src/bot/message.js'
import { ada, FakePlatform, MemoryActions, MemoryOutbox } from './fakes.js'

const says = (title: string): Message => ({ title, blocks: [] })

function world(): { outbox: Outbox; a: FakePlatform; b: FakePlatform; pass: (ms: number) => Promise<void> } {
  let time = 0
  const later: { at: number; run: () => void }[] = []
  const clock = { now: (): Date => new Date(time) }
  const [a, b] = [new FakePlatform('a'), new FakePlatform('b')]
  const outbox = new Outbox({
    store: new MemoryOutbox(),
    platforms: new Map([a, b].map((one) => [one.name, one])),
    tokens: new ActionTokens(new MemoryActions(), Buffer.from('key'), clock),
    clock,
    schedule: (ms, run) => {
      later.push({ at: time + ms, run })
      return () => undefined
    },
    pace: () => 0,
    log: () => undefined,
  })
  const pass = async (ms: number): Promise<void> => {
    time += ms
    for (const one of later.splice(0)) (one.at <= time ? one.run : () => later.push(one))()
    await outbox.flush()
  }
  return { outbox, a, b, pass }
}
const place = (platform: string) => ({ platform, place: 'p', to: 'all' }) as const

describe('the outbox', () => {
  it('coalesces, and edits one message', async () => {
    const { outbox, a } = world()
    outbox.want('s', place('a'), says('1'))
    outbox.want('s', place('a'), says('2'))
    await outbox.flush()
    outbox.want('s', place('a'), says('3'))
    outbox.want('s', place('a'), says('3'))
    await outbox.flush()
    expect([...a.texts.values()]).toEqual(['3'])
    expect(a.deliveries).toBe(2)
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
  it('takes no secret', () => {
    expect(() => world().outbox.want('s', place('a'), { secret: true, blocks: [] })).toThrow(/secret/)
  })
})

describe('action tokens', () => {
  const clock = { time: 0, now: (): Date => new Date(clock.time) }
  const tokens = new ActionTokens(new MemoryActions(), Buffer.from('key'), clock)
  const message: Message = {
    blocks: [{ block: 'buttons', buttons: [{ label: 'Stop', press: { command: 'stop', args: { sandbox: 'x' } } }] }],
  }
  const minted = (): string => {
    const [block] = tokens.mint(message, ada).blocks
    const button = block?.block === 'buttons' ? block.buttons[0] : undefined
    return button !== undefined && 'press' in button ? button.press : ''
  }
  it('open what they were minted for, and nothing else', () => {
    const token = minted()
    expect(token).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
    expect(tokens.open(token, ada)).toEqual({ command: 'stop', args: { sandbox: 'x' } })
    expect(() => tokens.open(token, { ...ada, user: 'eve' })).toThrow(/for the one who asked/)
    expect(() => tokens.open(token.replace(/^a0/, 'a1'), ada)).toThrow(/too old/)
    clock.time = 31 * 24 * 3_600_000
    expect(() => tokens.open(token, ada)).toThrow(/too old/)
  })
})
