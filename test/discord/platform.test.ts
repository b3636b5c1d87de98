import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isRegistered, slashCommands } from '../../src/adapters/chat/discord/commands.js'
import { clean } from '../../src/adapters/chat/discord/failures.js'
import { DiscordPlatform } from '../../src/adapters/chat/discord/platform.js'
import {
  PlatformRefusal,
  type Asker,
  type ChatInput,
  type CommandMenuEntry,
  type Parsed,
  type Router,
} from '../../src/bot/chat.js'
import { commands } from '../../src/bot/commands/all.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import { everyForm } from '../bot/every-card.js'
import { DiscordPeer } from '../peers/discord/discord-peer.js'
import type { PeerGuild } from '../peers/discord/world.js'

const patient = { timeout: 5000, interval: 10 }
const menu: readonly CommandMenuEntry[] = commands.map(({ need, ...rest }) => ({
  ...rest,
  needsAdmin: need === 'admin',
}))
const words = (text: string): PlatformMessage => ({ blocks: [{ block: 'text', inlines: [text] }] })
let answer: (input: ChatInput) => Parsed
let refused: PlatformMessage | null
const askers: Asker[] = []
const router: Router = {
  parse: (asker, input) => {
    askers.push(asker)
    return answer(input)
  },
  accept: () => ({ ended: Promise.resolve('done'), refused }),
  home: () => words(''),
  reachable: () => undefined,
  connected: () => undefined,
  left: () => undefined,
  moved: () => undefined,
}

let peer: DiscordPeer
let guild: PeerGuild
const lines: string[] = []
beforeEach(async () => {
  peer = await new DiscordPeer().start()
  guild = peer.guild('Acme')
  lines.length = 0
  askers.length = 0
  refused = null
  answer = () => ({ kind: 'run', audience: 'caller', call: { command: 'list', args: {} } })
})
afterEach(() => peer.stop())

async function started(guilds: readonly string[], entries = menu): Promise<DiscordPlatform> {
  const log = (line: string): void => void lines.push(line)
  const platform = new DiscordPlatform({ apiUrl: peer.apiUrl, token: () => peer.token, guilds, log })
  onTestFinished(() => platform.stop())
  await platform.start(entries, router)
  await vi.waitFor(() => expect(platform.health().state).toBe('up'), patient)
  return platform
}

const asked = (method: string): readonly string[] =>
  peer.answered.map(({ line }) => line).filter((line) => line.startsWith(method) && line.endsWith('/commands'))
const names = (where: string): readonly string[] => (peer.world.commands.get(where) ?? []).map(({ name }) => name)

describe('commands of Discord', () => {
  it('are three slash commands with the sub-commands of each group, none over the limits', () => {
    const made = slashCommands(menu)
    const subCommands = made.flatMap(({ name, options }) => (options ?? []).map((one) => `/${name} ${one.name}`))
    const roots = { sandbox: '/sandbox', me: '/sandbox-me', admin: '/sandbox-admin' }
    expect(subCommands.toSorted()).toEqual(menu.map(({ group, name }) => `${roots[group]} ${name}`).toSorted())
    expect(made[0]?.options?.find(({ name }) => name === 'list')).toMatchObject({
      type: 1,
      options: [
        { name: 'all', type: 5 },
        { name: 'state', type: 3, choices: expect.arrayContaining([{ name: 'running', value: 'running' }]) as unknown },
        { name: 'page', type: 4 },
      ],
    })
    expect(JSON.stringify(made)).not.toContain('"required"')
    const many = Array.from({ length: 26 }, (_, index) => ({ ...(menu[0] as CommandMenuEntry), name: `a${index}` }))
    expect(() => slashCommands(many)).toThrow('do not fit')
  })

  it('belong to the servers that are named; in direct messages they are there too, and nowhere twice', async () => {
    await started([guild.id])
    await vi.waitFor(() => expect(names(guild.id)).toEqual(['sandbox', 'sandbox-me', 'sandbox-admin']), patient)
    const ada = peer.person('Ada')
    expect(ada.menu(peer.channel(guild, 'general')).map(({ name }) => name)).toHaveLength(3)
    expect(ada.menu(ada.directChannel).map(({ name }) => name)).toHaveLength(3)
  })

  it('are registered only when they changed', async () => {
    await (await started([guild.id])).stop()
    await vi.waitFor(() => expect(asked('PUT')).toHaveLength(2), patient)
    await (await started([guild.id])).stop()
    await vi.waitFor(() => expect(asked('GET')).toHaveLength(4), patient)
    expect(asked('PUT')).toHaveLength(2)
    const other = menu.map((one) => (one.name === 'list' ? { ...one, summary: 'Lists them' } : one))
    await started([guild.id], other)
    await vi.waitFor(() => expect(asked('PUT')).toHaveLength(4), patient)
  })

  it('leave a server that is named no longer', async () => {
    await (await started([guild.id])).stop()
    await vi.waitFor(() => expect(names(guild.id)).toHaveLength(3), patient)
    await started([])
    await vi.waitFor(() => expect(names(guild.id)).toEqual([]), patient)
    expect(peer.person('Ada').menu(peer.channel(guild, 'general'))).toHaveLength(3)
  })

  it('a server that the bot is not in is told, and holds nothing up', async () => {
    await started(['80351110224678912', guild.id])
    await vi.waitFor(() => expect(names(guild.id)).toHaveLength(3), patient)
    await vi.waitFor(() => expect(lines.join('\n')).toContain('not in the server 80351110224678912'), patient)
    // Let in later, without a word to the bot.
    peer.world.guilds.set('80351110224678912', { id: '80351110224678912', name: 'Other' })
    await vi.waitFor(() => expect(names('80351110224678912')).toHaveLength(3), { timeout: 12_000, interval: 50 })
    expect(lines).toHaveLength(1)
  })

  it('an option that is gone is a change', () => {
    const [first] = slashCommands(menu)
    if (first === undefined) throw new Error('there are commands')
    const registered = [{ ...first, id: '1', version: '2', nsfw: false, dm_permission: true }]
    expect(isRegistered([first], registered)).toBe(true)
    expect(isRegistered([{ ...first, options: first.options?.slice(1) ?? [] }], registered)).toBe(false)
    expect(isRegistered([first], [])).toBe(false)
    expect(isRegistered([first], 'nonsense')).toBe(false)
  })
})

describe('the Discord adapter', () => {
  it('ends within five seconds where nobody says goodbye', async () => {
    const platform = await started([])
    peer.gateway.freeze()
    const startedAt = performance.now()
    await platform.stop()
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })

  it('takes a connection for dead that answers no heartbeat', async () => {
    peer.gateway.heartbeatMs = 100
    await started([])
    peer.gateway.answersHeartbeats = false
    await vi.waitFor(() => expect(peer.gateway.connected).toBe(0), patient)
    peer.gateway.answersHeartbeats = true
    await vi.waitFor(() => expect(peer.gateway.resumed).toBeGreaterThan(0), patient)
  })

  it('asks for no intent, and invites with what it needs and no more', async () => {
    const platform = await started([])
    expect(peer.gateway.identifies[0]?.intents).toBe(0)
    const link = new URL(platform.invitation() ?? '')
    expect(Object.fromEntries(link.searchParams)).toEqual({
      client_id: peer.world.applicationId,
      scope: 'bot applications.commands',
      // View Channel, Send Messages, Attach Files, Send Messages in Threads.
      permissions: String((1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 38n)),
    })
  })

  it('tells the outbox what to do: wait, give up, or try again', async () => {
    const platform = await started([])
    const channel = peer.channel(guild, 'general')
    const post = (): Promise<unknown> => platform.post(`channel/${channel.id}`, 'all', words('a'))
    channel.canSend = false
    await expect(post()).rejects.toThrow(PlatformRefusal)
    await expect(post()).rejects.toThrow('Send Messages')
    channel.canSend = true
    peer.limits.force(/^POST \/channels/, 30_000)
    await expect(post()).rejects.toMatchObject({ name: 'RateLimited', scope: 'destination' })
    await expect(platform.post('channel/1', 'all', words('a'))).rejects.toThrow()
  })

  it('who sees an answer is fixed when it is put off: what is for one alone never takes the place of what all see', async () => {
    const platform = await started([guild.id])
    await vi.waitFor(() => expect(names(guild.id)).toHaveLength(3), patient)
    const channel = peer.channel(guild, 'general')
    const [ada, grace] = [peer.person('Ada', ['80351110224678913']), peer.person('Grace')]
    answer = () => ({ kind: 'run', audience: 'place', call: { command: 'list', args: {} } })
    ada.command(channel, 'list')
    await vi.waitFor(() => expect(grace.sees(channel).map(({ isLoading }) => isLoading)).toEqual([true]), patient)
    const [asker] = askers
    if (asker === undefined) throw new Error('nobody asked')
    expect(asker).toMatchObject({ room: channel.id, groups: [guild.id, '80351110224678913'], isPrivate: false })
    const ref = await platform.post(asker.place, asker.identity, words('for Ada'))
    expect([ada, grace].map((one) => one.sees(channel).map(({ text }) => text))).toEqual([['for Ada'], []])
    await platform.edit(ref, words('for Ada, later'))
    const shown = await platform.post(asker.place, 'all', words('for all'))
    await platform.edit(shown, words('for all, later'))
    expect(ada.sees(channel).map(({ text }) => text)).toEqual(['for Ada, later', 'for all, later'])
    expect(grace.sees(channel).map(({ text }) => text)).toEqual(['for all, later'])
  })

  it('a form behind a form is opened by a button; a request that could not be written down is told at once', async () => {
    await started([guild.id])
    await vi.waitFor(() => expect(names(guild.id)).toHaveLength(3), patient)
    const channel = peer.channel(guild, 'general')
    const ada = peer.person('Ada')
    const form = everyForm['form-port']
    if (form === undefined) throw new Error('there is a form')
    answer = () => ({ kind: 'form', form })
    ada.command(channel, 'port myapp')
    await vi.waitFor(() => expect(ada.form).not.toBeNull(), patient)
    ada.fillIn({ Port: ' ' })
    const again = await vi.waitFor(() => {
      const [message] = ada.sees(channel)
      if (message === undefined) throw new Error('nothing is said')
      return message
    }, patient)
    expect([again.isForOne, ada.form]).toEqual([true, null])
    ada.press(again, 'Port')
    await vi.waitFor(() => expect(ada.form).not.toBeNull(), patient)
    refused = words('the disk is full')
    answer = () => ({ kind: 'run', audience: 'caller', call: { command: 'list', args: {} } })
    ada.fillIn({ Port: '3000' })
    await vi.waitFor(() => expect(ada.sees(channel).map(({ text }) => text)).toContain('the disk is full'), patient)
  })

  it('no failure holds a token, an address or what was sent', async () => {
    const platform = await started([])
    peer.down()
    const failed: unknown = await platform
      .post(`channel/${guild.id}`, 'all', words('hunter2'))
      .catch((error: unknown) => error)
    const told = JSON.stringify([failed, String(failed), { ...(failed as object) }])
    expect(failed).toBeInstanceOf(Error)
    expect(told).not.toMatch(/hunter2|127\.0\.0\.1/)
    expect(told).not.toContain(peer.token)
    expect(clean('posting', new RangeError('with a secret')).message).toBe('Discord, posting: RangeError')
  })
})
