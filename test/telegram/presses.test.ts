import { describe, expect, it, vi } from 'vitest'
import { patient, says, TestBot } from './bot.js'

const TOKEN = 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA'

async function withCard(): Promise<TestBot> {
  const bot = await TestBot.start()
  bot.ada.opens()
  await bot.platform.direct({ platform: 'telegram', workspace: '', user: String(bot.ada.id) }, says('a card', TOKEN))
  return bot
}

const age = (bot: TestBot): number => bot.peer.now() - (bot.router.taken[0]?.request.sentAt.getTime() ?? 0)

describe('a press', () => {
  it('is answered, and brings its token back', async () => {
    const bot = await withCard()
    bot.ada.presses(bot.ada.direct, 'Press')
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    expect(bot.router.asked[0]).toMatchObject({ asker: { isPrivate: true }, input: { kind: 'press', token: TOKEN } })
    expect([...bot.peer.world.presses.values()]).toMatchObject([{ answeredAt: expect.any(Number) as number }])
    expect(age(bot)).toBeLessThan(60_000)
    expect(bot.ada.toasts).toEqual([{ text: '', alert: false, url: '' }])
  })

  it('that Telegram calls too old is too old for us: it has no date of its own', async () => {
    const bot = await withCard()
    bot.peer.delivery.hold()
    bot.ada.presses(bot.ada.direct, 'Press')
    bot.peer.ahead += 3 * 3_600_000
    bot.peer.delivery.release()
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    expect(age(bot)).toBeGreaterThan(5 * 60_000)
  })

  it('whose answer is held up is as fresh as the last contact', async () => {
    const bot = await withCard()
    bot.peer.limit('answerCallbackQuery', 30)
    bot.ada.presses(bot.ada.direct, 'Press')
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    expect(age(bot)).toBeLessThan(60_000)
  })

  it('that comes after a new start, with an answer that is held up, is not trusted', async () => {
    const bot = await withCard()
    await bot.platform.stop()
    bot.ada.presses(bot.ada.direct, 'Press')
    bot.peer.limit('answerCallbackQuery', 30)
    bot.peer.ahead += 10
    await bot.restart()
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    expect(age(bot)).toBeGreaterThan(5 * 60_000)
  })

  it('that is refused opens a box before the presser alone, where the words fit', async () => {
    const bot = await withCard()
    bot.router.refusal = says('Only an admin can do that.')
    bot.ada.presses(bot.ada.direct, 'Press')
    await vi.waitFor(() => expect(bot.ada.toasts).toHaveLength(1), patient)
    expect(bot.ada.toasts).toEqual([{ text: 'Only an admin can do that.', alert: true, url: '' }])
    bot.router.refusal = says('There is a way.', TOKEN)
    bot.ada.presses(bot.ada.direct, 'Press')
    await bot.reads(bot.ada, bot.ada.direct, 'There is a way.')
    bot.router.refusal = says('x'.repeat(300))
    bot.ada.presses(bot.ada.direct, 'Press')
    await bot.reads(bot.ada, bot.ada.direct, 'x'.repeat(300))
    expect(bot.texts(bot.ada, bot.ada.direct)).toHaveLength(3)
    expect(bot.router.taken).toEqual([])
  })

  it('on a message that is gone still counts', async () => {
    const bot = await withCard()
    const [card] = bot.said(bot.ada, bot.ada.direct)
    if (card === undefined) throw new Error('there is no card')
    card.source.deleted = true
    bot.ada.pressesOn(card.source, 'Press')
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
  })

  it('of fifty at once: each is answered and taken, and none waits for another', async () => {
    const bot = await withCard()
    for (let count = 0; count < 50; count += 1) bot.ada.presses(bot.ada.direct, 'Press')
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(50), patient)
    const waits = [...bot.peer.world.presses.values()].map((one) => (one.answeredAt ?? Infinity) - one.pressedAt)
    expect(Math.max(...waits)).toBeLessThan(500)
  })
})
