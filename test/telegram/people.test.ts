import { describe, expect, it, vi } from 'vitest'
import { becomeSupergroup, saysAnonymously, saysAsChannel } from '../peers/telegram/group.js'
import { patient, says, TestBot } from './bot.js'

const identityOf = (id: number) => ({ platform: 'telegram', workspace: '', user: String(id) })

describe('what is typed', () => {
  it.each([
    ['/sandbox create myapp', { command: 'create', args: { rest: 'myapp' } }],
    ['/sandbox@sandpiper_bot create myapp', { command: 'create', args: { rest: 'myapp' } }],
    ['/create myapp', { command: 'create', args: { rest: 'myapp' } }],
    ['/Create@Sandpiper_Bot  myapp —template debian', { command: 'create', args: { rest: 'myapp --template debian' } }],
    ['/whoami', { command: 'whoami', args: { rest: '' } }],
    ['/start myapp', { command: 'start', args: { rest: 'myapp' } }],
    ['/cancel myapp', { command: 'cancel', args: { rest: 'myapp' } }],
    ['/cancel', { command: 'cancel', args: { rest: '' } }],
  ])('%s', async (text, call) => {
    const bot = await TestBot.start()
    bot.ada.says(bot.ada.opens(), text)
    bot.ada.says(bot.group(), text)
    await vi.waitFor(() => expect(bot.router.calls).toEqual([call, call]), patient)
    expect(bot.router.taken.map(({ request }) => request.asker)).toMatchObject([
      { identity: identityOf(bot.ada.id), name: 'Ada', place: String(bot.ada.id), isPrivate: true, groups: [] },
      { identity: identityOf(bot.ada.id), name: 'Ada', isPrivate: false },
    ])
  })

  it('in the private chat needs no slash; other bots’ commands, and talk in a group, are not for us', async () => {
    const bot = await TestBot.start()
    const group = bot.group({ bot: 'administrator' })
    bot.ada.says(group, 'create something nice')
    bot.ada.says(group, '/weather Paris')
    bot.ada.says(group, '/create@other_bot myapp')
    bot.ada.says(bot.ada.opens(), 'create myapp')
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'create', args: { rest: 'myapp' } }]), patient)
    await bot.settled()
    expect(bot.router.asked).toHaveLength(1)
  })

  it('is text: of a file or a picture the bot says so', async () => {
    const bot = await TestBot.start()
    bot.ada.sendsAFile(bot.ada.opens(), 'id_ed25519.pub', Buffer.from('x'))
    await bot.reads(bot.ada, bot.ada.direct, 'I read text only')
  })

  it('carries when it was sent, and a key that a second bot cannot have', async () => {
    const bot = await TestBot.start()
    bot.ada.says(bot.ada.opens(), '/list', { ago: 7_200_000 })
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    const [{ request } = never()] = bot.router.taken
    expect(bot.peer.now() - request.sentAt.getTime()).toBeGreaterThanOrEqual(7_200_000)
    expect(request.eventKey).toBe(`4242/${bot.peer.delivery.log[0]?.update.update_id ?? 0}`)
  })

  it('that could be written down nowhere is answered so', async () => {
    const bot = await TestBot.start()
    bot.router.unwritten = says('I cannot write anything down')
    bot.ada.says(bot.ada.opens(), '/list')
    await bot.reads(bot.ada, bot.ada.direct, 'I cannot write anything down')
  })
})

describe('first contact', () => {
  it('is a start: what waited is delivered, and the person reads what can be done', async () => {
    const bot = await TestBot.start()
    bot.ada.starts()
    await vi.waitFor(() => expect(bot.router.calls).toEqual([{ command: 'help', args: { rest: '' } }]), patient)
    expect(bot.router.reached).toEqual([identityOf(bot.ada.id)])
  })

  it('by the link in a group is no command: it brings what waits', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    expect(await bot.platform.post(String(group.id), identityOf(bot.ada.id), says('for you alone'))).toBe('refused')
    const hint = await bot.reads(bot.grace, group, 'for the one who asked alone')
    expect(bot.texts(bot.grace, group).join()).not.toContain('for you alone')
    const [[button] = []] = hint.rows
    bot.ada.follows(button?.url ?? '')
    await bot.reads(bot.ada, bot.ada.direct, 'Now I can write to you here')
    expect(bot.router.reached).toEqual([identityOf(bot.ada.id)])
    expect(bot.router.calls).toEqual([])
  })

  it('is asked for in a group once in ten minutes a person', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    const refuse = (user: number) => bot.platform.post(String(group.id), identityOf(user), says('alone'))
    for (const user of [bot.ada.id, bot.ada.id, bot.grace.id]) await refuse(user)
    await vi.waitFor(() => expect(bot.texts(bot.ada, group)).toHaveLength(2), patient)
    bot.peer.ahead += 11 * 60_000
    await refuse(bot.ada.id)
    await vi.waitFor(() => expect(bot.texts(bot.ada, group)).toHaveLength(3), patient)
  })

  it('ended by blocking is an answer; unblocking is a start', async () => {
    const bot = await TestBot.start()
    bot.ada.opens()
    bot.ada.blocks()
    expect(await bot.platform.direct(identityOf(bot.ada.id), says('x'))).toBe('refused')
    await bot.settled()
    expect(bot.router.reached).toEqual([])
    bot.ada.unblocks()
    await vi.waitFor(() => expect(bot.router.reached).toEqual([identityOf(bot.ada.id)]), patient)
    expect(await bot.platform.direct(identityOf(999_999), says('x'))).toBe('refused')
  })
})

describe('in a group', () => {
  it('nobody acts without a name: an anonymous admin and a channel are refused, once', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    saysAnonymously(bot.peer.world, group, '/delete myapp')
    saysAsChannel(bot.peer.world, group, '/delete myapp')
    saysAnonymously(bot.peer.world, group, 'hello')
    await bot.reads(bot.ada, group, 'I cannot tell who you are')
    await bot.settled()
    expect([bot.router.asked, bot.texts(bot.ada, group)]).toMatchObject([[], { length: 1 }])
  })

  it('a secret is posted to nobody', async () => {
    const bot = await TestBot.start()
    const group = bot.group()
    await expect(bot.platform.post(String(group.id), 'all', { ...says('x'), secret: true })).rejects.toThrow('a secret')
    expect(bot.texts(bot.ada, group)).toEqual([])
  })

  it('answers stay in their topic; where that is closed or gone, the group itself has them', async () => {
    const bot = await TestBot.start()
    const group = bot.group({ topics: ['sandboxes'] })
    const [[topic = 0, state] = []] = group.topics ?? []
    bot.ada.says(group, '/list', { topic })
    await vi.waitFor(() => expect(bot.router.taken).toHaveLength(1), patient)
    const place = bot.router.taken[0]?.request.asker.place ?? ''
    await bot.platform.post(place, 'all', says('in the topic'))
    if (state !== undefined) state.closed = true
    await bot.platform.post(place, 'all', says('beside it'))
    expect(bot.said(bot.ada, group).map((one) => [one.text, one.topic])).toEqual([
      ['in the topic', topic],
      ['beside it', null],
    ])
  })

  it.each(['told of it', 'not told of it'])(
    'that becomes a supergroup: messages follow, by a bot that was %s',
    async (how) => {
      const bot = await TestBot.start()
      const group = bot.group({ kind: 'group' })
      const ref = await bot.platform.post(String(group.id), 'all', says('working'))
      if (how === 'not told of it') bot.peer.delivery.hold()
      const now = becomeSupergroup(bot.peer.world, group)
      if (how === 'told of it') await bot.settled()
      const moved = await bot.platform.edit(ref, says('done'))
      expect(moved).not.toBe(ref)
      await bot.platform.edit(moved, says('all done'))
      await bot.platform.post(String(group.id), 'all', says('more'))
      expect(bot.texts(bot.ada, now)).toEqual(['all done', 'more'])
    },
  )

  it('that threw the bot out gets nothing more, and is not tried again', async () => {
    const bot = await TestBot.start()
    const group = bot.group({ bot: 'kicked' })
    const posting = bot.platform.post(String(group.id), 'all', says('x'))
    await expect(posting).rejects.toMatchObject({ name: 'PlatformRefusal' })
  })
})

function never(): never {
  throw new Error('it is not there')
}
