import { describe, expect, it, vi } from 'vitest'
import type { Form } from '../../src/bot/chat.js'
import { InfraError } from '../../src/core/errors.js'
import { openDatabase, type Db } from '../../src/infra/sqlite/database.js'
import { SqliteQuestions } from '../../src/infra/sqlite/questions.js'
import { everyForm } from '../bot/every-card.js'
import { patient, TestBot } from './bot.js'

const MINUTE_MS = 60_000

describe('a form in the private chat', () => {
  it.each(Object.keys(everyForm))('is a question that looks as the golden: %s', async (name) => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    const group = bot.group()
    const words = name.replace('form-', '').replaceAll('-', ' ')
    bot.ada.says(direct, `/sandbox ${words}`)
    bot.ada.says(group, `/sandbox ${words}`)
    const title = everyForm[name]?.title ?? ''
    const shown = [await bot.reads(bot.ada, direct, title), await bot.reads(bot.ada, group, title)].map(
      ({ text, marks, rows, asksMe }) =>
        [
          text,
          ...rows.map((row) => row.map(({ label }) => `[${label}]`).join(' ')),
          ...(asksMe ? ['(the field for a reply is open)'] : []),
          ...marks.map((mark) => `  ${mark}`),
        ].join('\n'),
    )
    await expect(`${shown.join('\n\n--- in a group:\n')}\n`).toMatchFileSnapshot(`../golden/telegram/${name}.txt`)
  })

  it('is answered by the next thing said, which is gone from the database then', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox port')
    const question = await bot.reads(bot.ada, direct, 'Port: ')
    bot.ada.says(direct, '8080')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'form', args: { port: '8080' } }]), patient)
    expect(bot.router.asked.at(-1)?.input).toMatchObject({ token: everyForm['form-port']?.token })
    await vi.waitFor(() => expect(bot.said(bot.ada, direct)[0]?.rows).toEqual([]), patient)
    expect(question.rows.flat().map(({ label }) => label)).toEqual(['Cancel'])
  })

  it('survives a restart, before and after it was asked', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.peer.limit('sendMessage', 60)
    bot.ada.says(direct, '/sandbox port')
    await bot.settled()
    expect(bot.texts(bot.ada, direct)).toEqual([])
    await bot.platform.stop()
    bot.peer.ahead += 61_000
    await bot.restart()
    await bot.reads(bot.ada, direct, 'Port: ')
    await bot.restart()
    bot.ada.says(direct, '8080')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'form', args: { port: '8080' } }]), patient)
    expect(bot.texts(bot.ada, direct).filter((text) => text.includes('Port: '))).toHaveLength(1)
  })

  it.each([
    ['a button', (bot: TestBot) => bot.ada.presses(bot.ada.direct, 'Cancel')],
    ['a word', (bot: TestBot) => void bot.ada.says(bot.ada.direct, '/cancel')],
  ])('is cancelled by %s; what is said next is words again', async (_, cancel) => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox delete')
    await bot.reads(bot.ada, direct, 'Its name once more')
    cancel(bot)
    await bot.reads(bot.ada, direct, 'Cancelled. Nothing was done.')
    expect(bot.said(bot.ada, direct).flatMap(({ rows }) => rows)).toEqual([])
    bot.ada.says(direct, 'list')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'list', args: { rest: '' } }]), patient)
  })

  it('ends when another command comes, and after a quarter of an hour', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox port')
    await bot.reads(bot.ada, direct, 'Port: ')
    bot.ada.says(direct, '/list')
    await bot.reads(bot.ada, direct, 'It was left unanswered.')
    bot.ada.says(direct, '/sandbox port')
    await bot.reads(bot.ada, direct, 'Port: ')
    bot.peer.ahead += 16 * MINUTE_MS
    bot.ada.says(direct, '8080')
    await vi.waitFor(() => expect(bot.router.calls.map(({ command }) => command)).toEqual(['list', '8080']), patient)
    bot.ada.presses(direct, 'Cancel')
    await vi.waitFor(() => expect(bot.ada.toasts.at(-1)?.text).toContain('This question is over'), patient)
  })

  it('offers what may be chosen as buttons; a second press changes nothing', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/stop')
    const question = await bot.reads(bot.ada, direct, 'The name of the sandbox')
    const labels = question.rows.flat().map(({ label }) => label)
    expect(labels).toEqual(['myapp', 'blog', 'Cancel'])
    const { source } = question
    const data = source.keyboard?.inline_keyboard.flat().map((one) => ('callback_data' in one ? one.callback_data : ''))
    bot.ada.presses(direct, 'blog')
    await bot.reads(bot.ada, direct, 'Sandbox: blog')
    bot.ada.pressesData(source, data?.[0] ?? '')
    await vi.waitFor(() => expect(bot.ada.toasts.at(-1)?.text).toContain('This question is over'), patient)
    expect(bot.router.calls).toEqual([{ command: 'form', args: { sandbox: 'blog' } }])
  })

  it('of two fields is two questions in turn, over a restart, every update doubled', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    const [stop, remove] = [everyForm['form-stop'] ?? never(), everyForm['form-delete'] ?? never()]
    bot.router.forms['delete it'] = { ...remove, fields: [...stop.fields, ...remove.fields] }
    bot.peer.delivery.twice = true
    bot.ada.says(direct, '/sandbox delete it')
    await bot.reads(bot.ada, direct, 'Sandbox (1 of 2)')
    bot.ada.presses(direct, 'blog')
    const second = await bot.reads(bot.ada, direct, 'Its name once more (2 of 2)')
    expect([second.text.includes('Delete myapp?'), bot.router.calls]).toEqual([false, []])
    await bot.restart()
    bot.ada.says(direct, 'blog')
    const answers = { sandbox: 'blog', confirm: 'blog' }
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'form', args: answers }]), patient)
    await bot.settled()
    expect(bot.texts(bot.ada, direct)).toHaveLength(2)
  })

  it('is one effect when every update comes twice', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.peer.delivery.twice = true
    bot.ada.says(direct, '/sandbox port')
    await bot.reads(bot.ada, direct, 'Port: ')
    bot.ada.says(direct, '8080')
    await bot.settled()
    expect(bot.router.calls).toEqual([{ command: 'form', args: { port: '8080' } }])
    expect(bot.texts(bot.ada, direct)).toHaveLength(1)
  })

  it('is one effect when the answer comes again after a crash', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox port')
    await bot.reads(bot.ada, direct, 'Port: ')
    bot.peer.delivery.twice = true
    bot.ada.says(direct, '8080')
    await vi.waitFor(() => expect(bot.router.calls).toHaveLength(1), patient)
    await bot.restart()
    await bot.settled()
    expect(bot.router.calls).toEqual([{ command: 'form', args: { port: '8080' } }])
    expect(bot.texts(bot.ada, direct)).toHaveLength(1)
  })

  it('that was answered while the bot was away for too long is not carried out', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/stop')
    await bot.reads(bot.ada, direct, 'The name of the sandbox')
    await bot.platform.stop()
    bot.ada.presses(direct, 'blog')
    bot.peer.ahead += 10 * MINUTE_MS
    await bot.restart()
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    const [{ request, call } = never()] = bot.router.taken
    expect(call).toEqual(everyForm['form-stop']?.call)
    expect(bot.peer.now() - request.sentAt.getTime()).toBeGreaterThan(5 * MINUTE_MS)
  })

  it('that cannot be written down, because the disk is full, is a sentence', async () => {
    const full = new InfraError('disk', 'later', 'sqlite: SQLITE_FULL', { sentence: 'the disk is full' })
    const bot = await TestBot.start({ questions: new FullStore(openDatabase(':memory:'), full) })
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox port')
    await bot.reads(bot.ada, direct, 'I cannot write anything down: the disk is full.')
  })

  it('that was asked for hours ago is not asked any more', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    bot.ada.says(direct, '/sandbox delete', { ago: 180 * MINUTE_MS })
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    const [{ request, call } = never()] = bot.router.taken
    expect([call.command, Math.round((bot.peer.now() - request.sentAt.getTime()) / MINUTE_MS)]).toEqual(['delete', 180])
    expect(bot.texts(bot.ada, direct)).toEqual([])
  })
})

describe('a form in a group', () => {
  it('asks the asker alone to reply; nobody else’s answer counts', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    bot.ada.says(group, '/sandbox port')
    const question = await bot.reads(bot.ada, group, 'Ada, Port')
    expect([question.asksMe, bot.said(bot.grace, group).at(-1)?.asksMe]).toEqual([true, false])
    expect(question.marks).toContain('text_mention Ada')
    bot.grace.says(group, '1111', { replyTo: question.source })
    bot.ada.says(group, 'no reply to anything')
    bot.ada.answers(group, '8080')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'form', args: { port: '8080' } }]), patient)
    bot.ada.says(group, '9090', { replyTo: question.source })
    const direct = bot.ada.opens()
    await bot.reads(bot.ada, direct, 'That question is over')
    expect(bot.router.calls).toHaveLength(1)
  })

  it('offers choices to the asker alone', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    bot.ada.says(group, '/stop@sandpiper_bot')
    await bot.reads(bot.ada, group, 'The name of the sandbox')
    bot.grace.presses(group, 'blog')
    await vi.waitFor(() => expect(bot.grace.toasts.at(-1)?.text).toContain('for the one who asked'), patient)
    bot.ada.presses(group, 'myapp')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'form', args: { sandbox: 'myapp' } }]), patient)
  })

  it('is cancelled by a word', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    bot.ada.says(group, '/sandbox delete')
    const question = await bot.reads(bot.ada, group, 'Ada, Delete')
    bot.ada.says(group, '/cancel@sandpiper_bot')
    await bot.reads(bot.ada, group, 'Cancelled. Nothing was done.')
    bot.ada.says(group, 'myapp', { replyTo: question.source })
    await bot.settled()
    expect(bot.router.calls).toEqual([])
  })

  it('stays in its topic', async () => {
    const bot = await TestBot.start()
    const group = bot.group({ topics: ['sandboxes'] })
    const [[topic = 0] = []] = group.topics ?? []
    bot.ada.says(group, '/sandbox port', { topic })
    expect((await bot.reads(bot.ada, group, 'Ada, Port')).topic).toBe(topic)
    bot.ada.answers(group, '8080')
    await vi.waitFor(() => expect(bot.router.taken[0]?.request.asker.place).toBe(`${group.id}/${topic}`), patient)
  })
})

class FullStore extends SqliteQuestions<Form> {
  constructor(
    db: Db,
    private readonly error: Error,
  ) {
    super(db)
  }

  override put(): void {
    throw this.error
  }
}

function never(): never {
  throw new Error('it is not there')
}
