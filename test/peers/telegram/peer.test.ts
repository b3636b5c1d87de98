import { Api, Bot, GrammyError, HttpError, InputFile, webhookCallback } from 'grammy'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addGroup, becomeSupergroup, saysAnonymously, saysAsChannel } from './group.js'
import type { Person } from './person.js'
import { TelegramPeer } from './telegram-peer.js'

let peer: TelegramPeer
let api: Api
let ada: Person

beforeEach(async () => {
  peer = await TelegramPeer.start()
  api = new Api(peer.token, { apiRoot: peer.apiRoot })
  ada = peer.person('Ada')
})

afterEach(() => peer.close())

/** The platform's own words for a refusal. */
async function refused(doing: Promise<unknown>): Promise<string> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof GrammyError)) throw new Error(`not refused: ${String(error)}`)
  return error.description
}

const button = (callback_data: string): object => ({
  reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data }]] },
})
const html = { parse_mode: 'HTML' } as const

describe('what is sent', () => {
  beforeEach(() => void ada.starts())

  it('is seen as Telegram reads it', async () => {
    await api.sendMessage(
      ada.id,
      '<b>myapp</b> &lt;runs&gt; at <a href="https://a.example">its page</a> <code>@bob</code>',
      {
        ...html,
        ...button('go'),
      },
    )
    const seen = ada.sees(ada.direct).at(-1)
    expect(seen?.text).toBe('myapp <runs> at its page @bob')
    expect(seen?.marks).toEqual(['bold myapp', 'text_link https://a.example', 'code @bob'])
    expect(seen?.rows).toEqual([[{ label: 'Go', url: null, style: null }]])
  })

  it('pings and links by itself where it is not escaped', async () => {
    await api.sendMessage(ada.id, 'hey @grace_tg, /stop #now at https://evil.example or a@b.example')
    expect(ada.sees(ada.direct).at(-1)?.marks).toEqual([
      'mention @grace_tg',
      'bot_command /stop',
      'hashtag #now',
      'url https://evil.example',
      'email a@b.example',
    ])
  })

  it('carries files with their bytes', async () => {
    await api.sendDocument(ada.id, new InputFile(Buffer.from('a\r\n\0b'), 'log.txt'), {
      caption: '<i>the log</i>',
      ...html,
    })
    const [, seen] = ada.sees(ada.direct)
    expect(seen).toMatchObject({ text: 'the log', marks: ['italic the log'], file: { name: 'log.txt' } })
    expect(Buffer.from(seen?.file?.bytes ?? []).toString('latin1')).toBe('a\r\n\0b')
  })

  it.each([
    ['an unclosed tag', '<b>x', `can't parse entities: Can't find end tag corresponding to start tag "b"`],
    ['an unknown tag', 'é <x>', `can't parse entities: Unsupported start tag "x" at byte offset 3`],
    ['a crossed tag', '<b><i>x</b></i>', `can't parse entities: Unmatched end tag`],
    ['nothing', '', 'message text is empty'],
    ['nothing to be seen', '<b>\u200b \u2060</b>', 'text must be non-empty'],
    ['4097 characters', 'x'.repeat(4097), 'message is too long'],
    ['half a character', 'a\ud800b', 'strings must be encoded in UTF-8'],
  ])('is refused with %s', async (_what, text, sentence) => {
    expect(await refused(api.sendMessage(ada.id, text, html))).toContain(`Bad Request: ${sentence}`)
  })

  it('may have 4096 characters after its markup', async () => {
    await api.sendMessage(ada.id, `<b>${'&lt;'.repeat(4096)}</b>`, html)
    expect(ada.sees(ada.direct).at(-1)?.text).toHaveLength(4096)
  })

  it.each([
    ['65 bytes', button('é'.repeat(32) + 'x'), 'BUTTON_DATA_INVALID'],
    [
      'no label',
      { reply_markup: { inline_keyboard: [[{ text: ' ', callback_data: 'x' }]] } },
      'inline keyboard button text must be non-empty',
    ],
    [
      'an address of one word',
      { reply_markup: { inline_keyboard: [[{ text: 'a', url: 'http://localhost' }]] } },
      'is invalid: Wrong HTTP URL',
    ],
    ['no action', { reply_markup: { inline_keyboard: [[{ text: 'a' }]] } }, 'callback_data'],
    ['an unknown key', { colour: 'red' }, 'must NOT have additional properties'],
    ['a wrong type', { disable_notification: 'yes' }, 'must be boolean'],
  ])('is refused with a button of, or: %s', async (_what, more, sentence) => {
    expect(await refused(api.sendMessage(ada.id, 'x', more))).toContain(sentence)
  })

  it('is refused with 101 buttons, or nine in a row', async () => {
    const row = (most: number): object[] => Array.from({ length: most }, () => ({ text: 'x', callback_data: 'x' }))
    const rows = Array.from({ length: 13 }, () => row(8))
    for (const inline_keyboard of [rows, [row(9)]])
      expect(await refused(api.sendMessage(ada.id, 'x', { reply_markup: { inline_keyboard } as never }))).toContain(
        'too long',
      )
  })

  it('is refused with a caption of 1025 characters, or a photo that is none', async () => {
    const file = new InputFile(Buffer.from('x'), 'x.txt')
    expect(await refused(api.sendDocument(ada.id, file, { caption: 'x'.repeat(1025) }))).toContain(
      'caption is too long',
    )
    expect(await refused(api.sendPhoto(ada.id, file))).toContain('IMAGE_PROCESS_FAILED')
  })

  it('can be changed, loses its buttons where they are not given again, and not to what it is', async () => {
    const { message_id } = await api.sendMessage(ada.id, 'one', button('go'))
    expect(await refused(api.editMessageText(ada.id, message_id, 'one', button('go')))).toContain(
      'message is not modified',
    )
    await api.editMessageText(ada.id, message_id, 'two')
    expect(ada.sees(ada.direct).at(-1)).toMatchObject({ text: 'two', rows: [], edits: 1 })
    await api.deleteMessage(ada.id, message_id)
    expect(await refused(api.editMessageText(ada.id, message_id, 'three'))).toContain('message to edit not found')
  })

  it('cannot be changed where a person wrote it, or where it asks for an answer', async () => {
    const asking = await api.sendMessage(ada.id, 'Which?', { reply_markup: { force_reply: true } })
    expect(await refused(api.editMessageText(ada.id, asking.message_id, 'x'))).toContain("message can't be edited")
    const { id } = ada.says(ada.direct, 'hello')
    expect(await refused(api.editMessageText(ada.id, id, 'bye'))).toContain("message can't be edited")
  })

  it('names the commands in their scopes, within their limits', async () => {
    await api.setMyCommands([{ command: 'create', description: 'Makes one' }], { scope: { type: 'all_private_chats' } })
    await api.setMyCommands([{ command: 'help', description: 'Helps' }])
    const group = addGroup(peer.world, 'Team', [ada])
    expect([ada.menu(ada.direct), ada.menu(group)]).toEqual([['create'], ['help']])
    const wrong = (command: string, description: string): Promise<string> =>
      refused(api.setMyCommands([{ command, description }]))
    expect(await wrong('Create', 'x')).toContain('BOT_COMMAND_INVALID')
    expect(await wrong('create', '')).toContain('description must be non-empty')
    expect(await wrong('x'.repeat(33), 'x')).toContain('must not exceed 32')
    const many = Array.from({ length: 101 }, (_, at) => ({ command: `c${at}`, description: 'x' }))
    expect(await refused(api.setMyCommands(many))).toContain('BOT_COMMANDS_TOO_MUCH')
  })
})

describe('where the bot may write', () => {
  it('to a person who started it, until that person stops it', async () => {
    expect(await refused(api.sendMessage(ada.id, 'x'))).toBe("Forbidden: bot can't initiate conversation with a user")
    ada.starts()
    await api.sendMessage(ada.id, 'x')
    ada.blocks()
    expect(await refused(api.sendMessage(ada.id, 'x'))).toBe('Forbidden: bot was blocked by the user')
    ada.starts('again')
    await api.sendMessage(ada.id, 'x')
    expect(await refused(api.sendMessage(1, 'x'))).toBe('Bad Request: chat not found')
  })

  it('to topics that there are, and to a group under its newest id', async () => {
    const forum = addGroup(peer.world, 'Team', [ada], { topics: ['sandboxes'] })
    const [[topic = 0] = []] = forum.topics ?? []
    await api.sendMessage(forum.id, 'x', { message_thread_id: topic })
    expect(ada.sees(forum).at(-1)?.topic).toBe(topic)
    expect(await refused(api.sendMessage(forum.id, 'x', { message_thread_id: 1 }))).toContain('thread not found')

    const group = addGroup(peer.world, 'Old', [ada])
    const { id } = becomeSupergroup(peer.world, group)
    const error: unknown = await api.sendMessage(group.id, 'x').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ error_code: 400, parameters: { migrate_to_chat_id: id } })
  })

  it('with its token, to methods that there are, where nothing limits it', async () => {
    expect(await refused(new Api('4242:wrong_wrong_wrong_wrong_wrong_wrong', { apiRoot: peer.apiRoot }).getMe())).toBe(
      'Unauthorized',
    )
    expect(await refused(api.raw.logOut())).toContain('method not found')
    peer.limit('getMe', 30)
    const error: unknown = await api.getMe().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ error_code: 429, parameters: { retry_after: 30 } })
    peer.ahead += 30_001
    await api.getMe()
    peer.revokeToken()
    expect(await refused(api.getMe())).toBe('Unauthorized')
  })

  it('not while Telegram is down', async () => {
    await peer.down()
    await expect(api.getMe()).rejects.toBeInstanceOf(HttpError)
    await peer.up()
    expect(await api.getMe()).toMatchObject({ username: 'sandpiper_bot' })
  })
})

describe('privacy mode', () => {
  it('lets through of a group: commands for the bot, and answers to it', async () => {
    const group = addGroup(peer.world, 'Team', [ada])
    const { message_id } = await api.sendMessage(group.id, 'Which name?', { reply_markup: { force_reply: true } })
    ada.says(group, 'good morning')
    ada.says(group, '/create myapp')
    ada.says(group, '/create@other_bot myapp')
    ada.says(group, '/list@Sandpiper_bot')
    expect(ada.answers(group, 'myapp').replyTo?.id).toBe(message_id)
    saysAnonymously(peer.world, group, '/help')
    saysAsChannel(peer.world, group, 'news')
    const texts = peer.delivery.unconfirmed().map((one) => one.message?.text)
    expect(texts).toEqual(['/create myapp', '/list@Sandpiper_bot', 'myapp', '/help'])
    expect(peer.delivery.unconfirmed().at(-1)?.message?.from?.username).toBe('GroupAnonymousBot')
  })

  it('opens the field for an answer for those who are meant', async () => {
    const grace = peer.person('Grace')
    const group = addGroup(peer.world, 'Team', [ada, grace])
    const reply_parameters = { message_id: ada.says(group, '/create').id }
    await api.sendMessage(group.id, 'Which name?', {
      reply_markup: { force_reply: true, selective: true },
      reply_parameters,
    })
    expect([ada, grace].map((one) => one.sees(group).at(-1)?.asksMe)).toEqual([true, false])
  })
})

describe('a press', () => {
  it('is answered once, in time', async () => {
    ada.starts()
    await api.sendMessage(ada.id, 'x', button('go'))
    const presses = (): string[] => {
      ada.presses(ada.direct, 'Go')
      return [...peer.world.presses.keys()].slice(-1)
    }
    const [first = ''] = presses()
    await api.answerCallbackQuery(first, { text: 'Done' })
    expect(ada.toasts).toEqual([{ text: 'Done', alert: false, url: '' }])
    expect(await refused(api.answerCallbackQuery(first))).toContain('query is too old')
    const [second = ''] = presses()
    expect(await refused(api.answerCallbackQuery(second, { text: 'x'.repeat(201) }))).toContain('MESSAGE_TOO_LONG')
    peer.ahead += 3_600_000
    expect(await refused(api.answerCallbackQuery(second))).toContain('query is too old')
  })
})

describe('polling', () => {
  it('gives updates until an offset confirms them', async () => {
    ada.starts()
    const [first] = await api.getUpdates()
    expect(first?.message?.entities).toEqual([{ type: 'bot_command', offset: 0, length: 6 }])
    expect(await api.getUpdates()).toEqual([first])
    expect(await api.getUpdates({ offset: (first?.update_id ?? 0) + 1 })).toEqual([])
    expect(peer.delivery.log).toMatchObject([{ times: 2, confirmedAt: expect.any(Number) as number }])
  })

  it('waits for updates, ends for a second reader, and forgets after a day', async () => {
    const first = api.getUpdates({ timeout: 30 })
    await vi.waitFor(() => expect(peer.delivery.isPolled).toBe(true))
    const second = api.getUpdates({ timeout: 30 })
    expect(await refused(first)).toContain('Conflict: terminated by other getUpdates request')
    ada.starts()
    expect(await second).toHaveLength(1)
    peer.ahead += 25 * 3_600_000
    expect(await api.getUpdates()).toEqual([])
  })

  it('gives each twice where confirmations are lost, and nothing while it is held', async () => {
    peer.delivery.twice = true
    ada.starts()
    const [one] = await api.getUpdates()
    expect(await api.getUpdates({ offset: (one?.update_id ?? 0) + 1 })).toEqual([one])
    expect(await api.getUpdates({ offset: (one?.update_id ?? 0) + 1 })).toEqual([])
    peer.delivery.hold()
    ada.says(ada.direct, 'late', { ago: 3 * 3_600_000 })
    expect(await api.getUpdates()).toEqual([])
    peer.delivery.release()
    const [late] = await api.getUpdates()
    expect(peer.now() / 1000 - (late?.message?.date ?? 0)).toBeGreaterThanOrEqual(3 * 3600 - 1)
  })

  it('may break off', async () => {
    const poll = api.getUpdates({ timeout: 30 })
    await vi.waitFor(() => expect(peer.delivery.isPolled).toBe(true))
    peer.dropSockets()
    await expect(poll).rejects.toBeInstanceOf(HttpError)
    ada.starts()
    expect(await api.getUpdates({ timeout: 30 })).toHaveLength(1)
  })

  it('works with the library’s own loop, which finds commands', async () => {
    const bot = new Bot(peer.token, { client: { apiRoot: peer.apiRoot } })
    bot.command('create', (ctx) => ctx.reply(`creating ${ctx.match}`))
    const running = bot.start()
    ada.starts()
    ada.says(ada.direct, '/create@sandpiper_bot myapp')
    await vi.waitFor(() => expect(ada.sees(ada.direct).at(-1)?.text).toBe('creating myapp'))
    await bot.stop()
    await running
  })
})

describe('a webhook', () => {
  it('is posted to with its secret, again until it answers well, and ends polling', async () => {
    const bot = new Bot(peer.token, { client: { apiRoot: peer.apiRoot } })
    const heard: string[] = []
    bot.on('message:text', (ctx) => {
      heard.push(ctx.message.text)
      if (heard.length === 1) throw new Error('the first time it fails')
    })
    const handle = webhookCallback(bot, 'http', { secretToken: 'sesame' })
    const server = createServer((request, response) => {
      handle(request, response).catch(() => response.writeHead(500).end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    peer.delivery.webhookAt = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await api.setWebhook('https://bot.example.com/hook', { secret_token: 'wrong' })
    expect(await refused(api.getUpdates())).toContain("Conflict: can't use getUpdates method while webhook is active")
    ada.starts()
    await vi.waitFor(() => expect(peer.delivery.log[0]?.times).toBeGreaterThan(1))
    expect(heard).toEqual([])
    await api.setWebhook('https://bot.example.com/hook', { secret_token: 'sesame' })
    await vi.waitFor(() => expect(peer.delivery.unconfirmed()).toEqual([]))
    expect(heard).toEqual(['/start', '/start'])
    await new Promise((resolve) => server.close(resolve))
  })

  it.each([
    ['http://bot.example.com', undefined, 'An HTTPS URL must be provided'],
    ['https://bot.example.com:7000', undefined, 'only on ports 80, 88, 443 or 8443'],
    ['https://bot.example.com', 'a b', 'secret token contains unallowed characters'],
    ['https://bot.example.com', 'x'.repeat(257), 'secret token is too long'],
  ])('at %s with the secret %s is refused', async (url, secret_token, sentence) => {
    expect(await refused(api.setWebhook(url, secret_token === undefined ? {} : { secret_token }))).toContain(sentence)
  })
})
