import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Api } from 'grammy'
import { describe, expect, it, vi } from 'vitest'
import { TelegramPeer } from '../peers/telegram/telegram-peer.js'
import { patient, says, TestBot } from './bot.js'

const WEBHOOK = 'https://bot.example.com/telegram'

describe('connecting', () => {
  it('sets the menus of private chats, groups and admins, and only where they differ', async () => {
    const peer = await TelegramPeer.start()
    const grace = peer.person('Grace')
    grace.opens()
    const bot = await TestBot.begin(peer, { admins: [grace.id, 999_999] })
    const set = () => peer.callsOf('setMyCommands').filter((one) => one.refused === null)
    await vi.waitFor(() => expect(set()).toHaveLength(3), patient)
    const group = bot.group()
    const frequent = 'create list show stop restart delete cancel credentials keys help sandbox'.split(' ')
    expect(bot.ada.menu(bot.ada.opens())).toEqual(frequent)
    expect(grace.menu(grace.direct)).toEqual([...bot.ada.menu(bot.ada.direct), 'sync', 'admin'])
    expect(bot.ada.menu(group)).not.toContain('keys')
    expect(bot.ada.menu(group)).toContain('create')
    const looks = peer.callsOf('getMyCommands').length
    await bot.restart()
    await vi.waitFor(() => expect(peer.callsOf('getMyCommands')).toHaveLength(2 * looks), patient)
    await bot.platform.stop()
    expect(set()).toHaveLength(3)
  })

  it('gives an admin the menu of admins as soon as they start the bot', async () => {
    const peer = await TelegramPeer.start()
    const linus = peer.person('Linus')
    const bot = await TestBot.begin(peer, { admins: [linus.id] })
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
    linus.starts()
    await vi.waitFor(() => expect(linus.menu(linus.direct)).toContain('sync'), patient)
  })

  it('goes on in the background while Telegram is away, and says what to do', async () => {
    const peer = await TelegramPeer.start()
    await peer.down()
    const bot = await TestBot.begin(peer)
    await vi.waitFor(() => expect(bot.platform.health()).toMatchObject({ state: 'down' }), patient)
    expect(bot.platform.health()).toMatchObject({ reason: expect.stringContaining('does not answer') as string })
    expect(bot.platform.invitation()).toBeNull()
    await peer.up()
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
    expect([bot.router.connects, bot.platform.invitation()]).toEqual([1, 'https://t.me/sandpiper_bot'])
  })

  it('comes back after dropped sockets, and loses nothing', async () => {
    const bot = await TestBot.start()
    const direct = bot.ada.opens()
    await vi.waitFor(() => expect(bot.peer.delivery.isPolled).toBe(true), patient)
    bot.peer.dropSockets()
    bot.ada.says(direct, '/list')
    await vi.waitFor(() => expect(bot.router.calls).toHaveLength(1), patient)
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
  })

  it('with a token that is refused says where to get one, once, and works when it is good again', async () => {
    const bot = await TestBot.start()
    bot.peer.revokeToken()
    bot.peer.dropSockets()
    await vi.waitFor(
      () => expect(bot.platform.health()).toMatchObject({ reason: 'Telegram refuses the token' }),
      patient,
    )
    expect(bot.platform.health()).toMatchObject({ fix: expect.stringContaining('@BotFather') as string })
    await vi.waitFor(() => expect(bot.peer.calls.length).toBeGreaterThan(0), patient)
    expect(bot.logged.filter((line) => line.includes('refuses the token'))).toHaveLength(1)
    bot.peer.restoreToken()
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
  })

  it('beside another program that reads the same bot says so', async () => {
    const bot = await TestBot.start()
    const other = new Api(bot.peer.token, { apiRoot: bot.peer.apiRoot })
    await vi.waitFor(() => expect(bot.peer.delivery.isPolled).toBe(true), patient)
    const stealing = other.getUpdates({ timeout: 1 }).catch(() => [])
    await vi.waitFor(() => {
      expect(bot.platform.health()).toMatchObject({ reason: expect.stringContaining('another program') as string })
    }, patient)
    await stealing
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
  })

  it.each(['hangs', 'is away'])('ends within five seconds while Telegram %s', async (how) => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    if (how === 'is away') silent.close()
    const peer = await TelegramPeer.start()
    const bot = await TestBot.begin(peer, { apiRoot: `http://127.0.0.1:${port}` })
    const from = performance.now()
    await bot.platform.stop()
    expect(performance.now() - from).toBeLessThan(5000)
    silent.closeAllConnections()
    silent.close()
  })

  it('is confirmed at the end: what was taken does not come again', async () => {
    const bot = await TestBot.start()
    bot.ada.says(bot.ada.opens(), '/list')
    await vi.waitFor(() => expect(bot.router.calls).toHaveLength(1), patient)
    await bot.platform.stop()
    expect(bot.peer.delivery.unconfirmed()).toEqual([])
  })
})

describe('a webhook', () => {
  async function withWebhook(port: number): Promise<TestBot> {
    const peer = await TelegramPeer.start()
    peer.delivery.webhookAt = `http://127.0.0.1:${port}/telegram`
    return TestBot.begin(peer, { webhook: { url: WEBHOOK, host: '127.0.0.1', port } })
  }

  it('takes only what Telegram posts, with the secret, of a sane size', async () => {
    const port = await freePort()
    const bot = await withWebhook(port)
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
    const [{ parameters } = never()] = bot.peer.callsOf('setWebhook')
    const secret = String(parameters['secret_token'])
    expect(secret).toMatch(/^[\w-]{43}$/)
    const post = async (path: string, body: string, header: Record<string, string>): Promise<number> =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers: header }).then(
        ({ status }) => status,
        () => 0,
      )
    const right = { 'x-telegram-bot-api-secret-token': secret }
    const update = JSON.stringify({ update_id: 1 })
    expect(await post('/telegram', update, {})).toBe(401)
    expect(await post('/telegram', update, { 'x-telegram-bot-api-secret-token': 'wrong' })).toBe(401)
    expect(await post('/elsewhere', update, right)).toBe(404)
    expect(await post('/telegram', 'no json', right)).toBe(500)
    expect(await post('/telegram', 'x'.repeat(2 ** 21), right)).toBe(0)
    expect(await post('/telegram', update, right)).toBe(200)
  })

  it('is set again where somebody changed it', async () => {
    const bot = await withWebhook(await freePort())
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
    await new Api(bot.peer.token, { apiRoot: bot.peer.apiRoot }).setWebhook('https://elsewhere.example.com')
    await bot.peer.down()
    await expect(bot.platform.post('1', 'all', says('x'))).rejects.toThrow()
    await bot.peer.up()
    await vi.waitFor(() => expect(bot.peer.delivery.webhook?.url).toBe(WEBHOOK), patient)
  })

  it('whose address is taken says so, and the rest goes on', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const bot = await withWebhook((taken.address() as AddressInfo).port)
    await vi.waitFor(
      () => expect(bot.platform.health()).toMatchObject({ reason: expect.stringContaining('EADDRINUSE') as string }),
      patient,
    )
    await new Promise((resolve) => taken.close(resolve))
    await vi.waitFor(() => expect(bot.platform.health()).toEqual({ state: 'up' }), patient)
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function never(): never {
  throw new Error('it is not there')
}
