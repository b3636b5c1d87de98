import {
  ButtonStyle,
  Client,
  ComponentType,
  DiscordAPIError,
  Events,
  MessageFlags,
  RateLimitError,
  Routes,
  TextInputStyle,
  type Interaction as LibraryInteraction,
} from 'discord.js'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { DiscordPeer } from './discord-peer.js'
import { readMarkdown } from './markdown.js'
import type { Person } from './person.js'
import type { Shown } from './shown.js'
import type { PeerChannel, PeerGuild } from './world.js'

let peer: DiscordPeer
let guild: PeerGuild
let channel: PeerChannel
let ada: Person

beforeEach(async () => {
  peer = await new DiscordPeer().start()
  guild = peer.guild('Acme')
  channel = peer.channel(guild, 'general')
  ada = peer.person('Ada')
})
afterEach(() => peer.stop())

/** A bot as anybody would write it. `rest` works before `login`. */
function bot(token = peer.token): Client {
  const client = new Client({
    intents: [],
    // Without the five seconds between two sessions.
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) },
    rest: { api: peer.apiUrl, version: '10', retries: 0, rejectOnRateLimit: () => true },
  })
  client.rest.setToken(token)
  client.on(Events.Error, () => undefined)
  client.on(Events.ShardError, () => undefined)
  onTestFinished(() => client.destroy())
  return client
}

async function loggedIn(answer: (interaction: LibraryInteraction) => unknown = () => undefined): Promise<Client> {
  const client = bot()
  client.on(Events.InteractionCreate, (interaction) => {
    void Promise.resolve(answer(interaction)).catch((error: unknown) => errors.push(error))
  })
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(peer.token)
  await ready
  return client
}

let errors: unknown[] = []
beforeEach(() => {
  errors = []
})

const commands = [
  {
    name: 'sandbox',
    description: 'Sandboxes',
    options: [
      {
        type: 1,
        name: 'create',
        description: 'Makes one',
        options: [{ type: 3, name: 'name', description: 'Its name', autocomplete: true, required: false }],
      },
    ],
  },
]

async function withCommands(): Promise<void> {
  await bot().rest.put(Routes.applicationGuildCommands(peer.world.applicationId, guild.id), { body: commands })
}

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error instanceof DiscordAPIError ? [error.status, error.code] : error
  }
  return 'nothing was refused'
}

const text = (content: string): object => ({ type: ComponentType.TextDisplay, content })
const button = (id: string): object => ({ type: 2, style: ButtonStyle.Secondary, label: 'Go', custom_id: id })
const row = (...components: object[]): object => ({ type: ComponentType.ActionRow, components })
const v2 = (...components: object[]): object => ({ flags: MessageFlags.IsComponentsV2, components })
const many = (count: number, make: (index: number) => object): object[] =>
  Array.from({ length: count }, (_, i) => make(i))

describe('written limits', () => {
  const bodies: readonly (readonly [name: string, body: object, code: number])[] = [
    ['2001 characters', { content: 'a'.repeat(2001) }, 50035],
    ['an empty message', { content: ' ' }, 50006],
    ['an unknown key', { content: 'a', contents: 'b' }, 50035],
    ['a wrong type', { content: 1 }, 50035],
    ['an 11th embed', { embeds: many(11, () => ({ title: 'a' })) }, 50035],
    ['6001 characters of embeds', { embeds: many(2, () => ({ description: 'a'.repeat(3001) })) }, 50035],
    ['a 26th field', { embeds: [{ fields: many(26, () => ({ name: 'a', value: 'b' })) }] }, 50035],
    ['a sixth row', { content: 'a', components: many(6, (i) => row(button(`${i}`))) }, 50035],
    ['a sixth button', { content: 'a', components: [row(...many(6, (i) => button(`${i}`)))] }, 50035],
    ['an empty row', { content: 'a', components: [row()] }, 50035],
    ['the same custom_id twice', { content: 'a', components: [row(button('1'), button('1'))] }, 50035],
    ['a custom_id of 101', { content: 'a', components: [row(button('a'.repeat(101)))] }, 50035],
    ['a label of 81', { content: 'a', components: [row({ ...button('1'), label: 'a'.repeat(81) })] }, 50035],
    ['a style of its own', { content: 'a', components: [row({ ...button('1'), style: 9 })] }, 50035],
    [
      'an address of 513',
      { content: 'a', components: [row({ type: 2, style: 5, label: 'a', url: `https://a.b/${'c'.repeat(502)}` })] },
      50035,
    ],
    [
      'an address without scheme',
      { content: 'a', components: [row({ type: 2, style: 5, label: 'a', url: 'a.b' })] },
      50035,
    ],
    ['text displays without the flag', { components: [text('a')] }, 50035],
    ['content beside components v2', { ...v2(text('a')), content: 'b' }, 50035],
    ['no component at all', v2(), 50006],
    ['41 components', v2(...many(41, () => text('a'))), 50035],
    [
      '41 components, counted inside',
      v2({ type: 17, components: many(8, (i) => row(...many(4, (j) => button(`${i}.${j}`)))) }),
      50035,
    ],
    ['4001 characters', v2(text('a'.repeat(2000)), text('a'.repeat(2001))), 50035],
    ['an empty text', v2(text('')), 50035],
    ['a file that is not there', v2({ type: 13, file: { url: 'attachment://a.txt' } }), 50035],
    ['a flag that cannot be set', { content: 'a', flags: MessageFlags.Ephemeral }, 50035],
    ['half a character', { content: 'a\ud800' }, 50035],
    ['a nonce of 26', { content: 'a', nonce: 'a'.repeat(26) }, 50035],
  ]
  it.each(bodies)('refuses %s', async (_, body, code) => {
    expect(await refusalOf(bot().rest.post(Routes.channelMessages(channel.id), { body }))).toEqual([400, code])
    expect(ada.sees(channel)).toEqual([])
  })

  it('takes what is within them', async () => {
    const full = {
      type: 17,
      components: [text('a'.repeat(3990)), ...many(6, (i) => row(...many(5, (j) => button(`${i}.${j}`))))],
    }
    await bot().rest.post(Routes.channelMessages(channel.id), { body: v2(full, text('b')) })
    expect(ada.sees(channel)).toHaveLength(1)
  })

  const lists: readonly (readonly [name: string, list: object[]])[] = [
    ['a name with capitals', [{ name: 'Sandbox', description: 'a' }]],
    ['a name with a space', [{ name: 'sand box', description: 'a' }]],
    ['no description', [{ name: 'a', description: '' }]],
    ['a description of 101', [{ name: 'a', description: 'a'.repeat(101) }]],
    [
      'a 26th sub-command',
      [{ name: 'a', description: 'a', options: many(26, (i) => ({ type: 1, name: `a${i}`, description: 'a' })) }],
    ],
    ['a 101st command', many(101, (i) => ({ name: `a${i}`, description: 'a' }))],
    [
      'a required option behind an optional',
      [
        {
          name: 'a',
          description: 'a',
          options: [
            { type: 3, name: 'b', description: 'b' },
            { type: 3, name: 'c', description: 'c', required: true },
          ],
        },
      ],
    ],
    [
      'sub-commands beside options',
      [
        {
          name: 'a',
          description: 'a',
          options: [
            { type: 1, name: 'b', description: 'b' },
            { type: 3, name: 'c', description: 'c' },
          ],
        },
      ],
    ],
    [
      'more than 8000 characters',
      [
        {
          name: 'a',
          description: 'a',
          options: many(25, (i) => ({
            type: 1,
            name: `a${i}`,
            description: 'a',
            options: many(4, (j) => ({ type: 3, name: `b${j}`, description: 'b'.repeat(90) })),
          })),
        },
      ],
    ],
    [
      'a 26th choice',
      [
        {
          name: 'a',
          description: 'a',
          options: [
            { type: 3, name: 'b', description: 'b', choices: many(26, (i) => ({ name: `${i}`, value: `${i}` })) },
          ],
        },
      ],
    ],
    [
      'choices with autocomplete',
      [
        {
          name: 'a',
          description: 'a',
          options: [{ type: 3, name: 'b', description: 'b', autocomplete: true, choices: [{ name: 'c', value: 'c' }] }],
        },
      ],
    ],
    ['contexts in a guild', [{ name: 'a', description: 'a', contexts: [0] }]],
    [
      'the same name twice',
      [
        { name: 'a', description: 'a' },
        { name: 'a', description: 'b' },
      ],
    ],
  ]
  it.each(lists)('refuses commands with %s', async (_, body) => {
    const route = Routes.applicationGuildCommands(peer.world.applicationId, guild.id)
    expect(await refusalOf(bot().rest.put(route, { body }))).toEqual([400, 50035])
  })

  it('gives back what is registered without what says nothing', async () => {
    await withCommands()
    const [command] = ada.menu(channel)
    expect(command?.options).toEqual([
      { ...commands[0]?.options[0], options: [{ type: 3, name: 'name', description: 'Its name', autocomplete: true }] },
    ])
  })
})

describe('who may', () => {
  it('knows one token', async () => {
    expect(await refusalOf(bot('wrong').rest.get(Routes.user()))).toEqual([401, 0])
    await expect(bot().login('wrong')).rejects.toThrow('An invalid token was provided.')
  })

  it('knows no other paths', async () => {
    expect(await refusalOf(bot().rest.get('/guilds/1/emojis'))).toEqual([404, 0])
  })

  it('sends nothing where direct messages are closed', async () => {
    const { rest } = bot()
    const { id } = (await rest.post(Routes.userChannels(), { body: { recipient_id: ada.id } })) as { id: string }
    peer.closeDirect(ada)
    const body = { content: 'a' }
    expect(await refusalOf(rest.post(Routes.channelMessages(id), { body }))).toEqual([403, 50007])
    expect(await refusalOf(rest.post(Routes.userChannels(), { body: { recipient_id: '1' } }))).toEqual([400, 50033])
  })

  it('sends nothing where the bot may not', async () => {
    const { rest } = bot()
    const post = (): Promise<unknown> => rest.post(Routes.channelMessages(channel.id), { body: { content: 'a' } })
    channel.canSend = false
    expect(await refusalOf(post())).toEqual([403, 50013])
    channel.canView = false
    expect(await refusalOf(post())).toEqual([403, 50001])
    expect(await refusalOf(rest.post(Routes.channelMessages('1'), { body: { content: 'a' } }))).toEqual([404, 10003])
  })

  it('keeps the bytes of a file', async () => {
    const files = [{ name: 'key.txt', data: Buffer.from('ssh-ed25519') }]
    const body = v2({ type: 13, file: { url: 'attachment://key.txt' } })
    await bot().rest.post(Routes.channelMessages(channel.id), { body, files })
    const [message] = ada.sees(channel)
    expect(message?.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['key.txt', 'ssh-ed25519'],
    ])
  })

  it('says the same nonce once', async () => {
    const body = { content: 'a', nonce: '1', enforce_nonce: true }
    const { rest } = bot()
    await rest.post(Routes.channelMessages(channel.id), { body })
    await rest.post(Routes.channelMessages(channel.id), { body })
    expect(ada.sees(channel)).toHaveLength(1)
  })
})

describe('interactions', () => {
  beforeEach(withCommands)

  async function ended(condition: () => void): Promise<void> {
    await vi.waitFor(condition, { interval: 5 })
  }

  it('fixes with the first answer who sees it, whatever a follow-up asks for', async () => {
    const grace = peer.person('Grace')
    await loggedIn(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.deferReply()
      await interaction.followUp({ content: 'meant for one', flags: MessageFlags.Ephemeral })
      await interaction.followUp({ content: 'for one', flags: MessageFlags.Ephemeral })
    })
    ada.command(channel, 'create myapp')
    await ended(() => expect(ada.sees(channel).map((one) => one.text)).toEqual(['meant for one', 'for one']))
    expect(grace.sees(channel).map((one) => one.text)).toEqual(['meant for one'])
    expect(errors).toEqual([])
    expect(peer.ackTimes).toHaveLength(1)
  })

  it('takes one first answer, and in three seconds', async () => {
    const tokens: string[] = []
    const { rest } = await loggedIn((interaction) => tokens.push(interaction.token))
    const respond = (id: string, token = ''): Promise<unknown> =>
      rest.post(Routes.interactionCallback(id, token), { body: { type: 5 }, auth: false })
    const first = ada.command(channel, 'create')
    await ended(() => expect(tokens).toHaveLength(1))
    await respond(first.id, tokens[0])
    expect(await refusalOf(respond(first.id, tokens[0]))).toEqual([400, 40060])
    const second = ada.command(channel, 'create')
    peer.clock.pass(3001)
    expect(await refusalOf(respond(second.id, second.token))).toEqual([404, 10062])
    expect(peer.failed).toEqual([second])
  })

  it('lets a token live for 15 minutes, and begin with the first answer', async () => {
    const { rest } = await loggedIn()
    const { id, token } = ada.command(channel, 'create')
    const say = (): Promise<unknown> =>
      rest.post(Routes.webhook(peer.world.applicationId, token), { body: { content: 'a' }, auth: false })
    expect(await refusalOf(say())).toEqual([404, 10015])
    await rest.post(Routes.interactionCallback(id, token), { body: { type: 5, data: { flags: 64 } }, auth: false })
    await say()
    const [message] = ada.sees(channel)
    peer.clock.pass(15 * 60_000 + 1)
    expect(await refusalOf(say())).toEqual([401, 50027])
    // Nor with the bot's own token: nobody reaches another person's message.
    const edit = rest.patch(Routes.channelMessage(channel.id, message?.id ?? ''), { body: { content: 'b' } })
    expect(await refusalOf(edit)).toEqual([404, 10008])
  })

  it('allows no flag but one when an answer is put off, and no update without a message', async () => {
    const { rest } = await loggedIn()
    const respond = (body: object): Promise<unknown> => {
      const { id, token } = ada.command(channel, 'create')
      return rest.post(Routes.interactionCallback(id, token), { body, auth: false })
    }
    const flags = MessageFlags.Ephemeral | MessageFlags.IsComponentsV2
    expect(await refusalOf(respond({ type: 5, data: { flags } }))).toEqual([400, 50035])
    expect(await refusalOf(respond({ type: 6 }))).toEqual([400, 50035])
    expect(await refusalOf(respond({ type: 8, data: { choices: [] } }))).toEqual([400, 50035])
  })

  it('shows a form, and tells what was filled in', async () => {
    const got: unknown[] = []
    await loggedIn(async (interaction) => {
      if (interaction.isChatInputCommand()) {
        const input = {
          type: ComponentType.TextInput as const,
          custom_id: 'port',
          style: TextInputStyle.Short as const,
        }
        await interaction.showModal({
          custom_id: 'form',
          title: 'Port',
          components: [{ type: ComponentType.Label, label: 'Its port', component: { ...input, max_length: 5 } }],
        })
      } else if (interaction.isModalSubmit()) {
        got.push(interaction.customId, interaction.fields.getTextInputValue('port'))
        await interaction.reply('done')
      }
    })
    ada.command(channel, 'create')
    await ended(() => expect(ada.form?.modal.title).toBe('Port'))
    expect(() => ada.fillIn({ 'Its port': '123456' })).toThrow('is not allowed')
    ada.fillIn({ 'Its port': '3000' })
    await ended(() => expect(ada.sees(channel).map((one) => one.text)).toEqual(['done']))
    expect(got).toEqual(['form', '3000'])
    expect(ada.form).toBeNull()
  })

  it('completes, and carries presses, in direct messages too', async () => {
    await bot().rest.put(Routes.applicationCommands(peer.world.applicationId), { body: commands })
    await loggedIn(async (interaction) => {
      if (interaction.isAutocomplete()) await interaction.respond([{ name: 'myapp', value: 'myapp' }])
      else if (interaction.isChatInputCommand()) {
        await interaction.reply({ content: 'here', components: [row(button('go')) as never] })
      } else if (interaction.isButton()) await interaction.update({ content: 'gone', components: [] })
    })
    const asked = ada.complete(ada.directChannel, 'create my')
    await ended(() => expect(asked.choices).toEqual([{ name: 'myapp', value: 'myapp' }]))
    ada.command(ada.directChannel, 'create myapp')
    await ended(() => expect(ada.direct).toHaveLength(1))
    ada.press(ada.direct[0] as Shown, 'Go')
    await ended(() => expect(ada.direct.map((one) => [one.text, one.edits])).toEqual([['gone', 1]]))
  })
})

describe('the gateway', () => {
  const seen: string[] = []
  beforeEach(async () => {
    seen.length = 0
    await withCommands()
  })
  const listening = (): Promise<Client> => loggedIn((interaction) => seen.push(interaction.id))

  it('tells after a resume what was missed, in order and once', async () => {
    await listening()
    const first = ada.command(channel, 'create')
    await vi.waitFor(() => expect(seen).toEqual([first.id]))
    peer.gateway.drop()
    const missed = [ada.command(channel, 'create'), ada.command(channel, 'create')]
    await vi.waitFor(() => expect(seen).toEqual([first, ...missed].map(({ id }) => id)), { timeout: 5000 })
    expect([peer.gateway.resumed, peer.gateway.identifies.length]).toEqual([1, 1])
  })

  it('begins anew where a session is gone', async () => {
    await listening()
    peer.gateway.resumes = false
    peer.gateway.askToReconnect()
    await vi.waitFor(() => expect(peer.gateway.identifies).toHaveLength(2), { timeout: 5000 })
    await vi.waitFor(() => expect(peer.gateway.connected).toBe(1))
    const next = ada.command(channel, 'create')
    await vi.waitFor(() => expect(seen).toEqual([next.id]))
  })

  it('refuses intents that nobody granted', async () => {
    const client = new Client({ intents: ['MessageContent'], rest: { api: peer.apiUrl } })
    const closed = new Promise((resolve) => client.once(Events.ShardDisconnect, ({ code }) => resolve(code)))
    client.on(Events.ShardError, () => undefined)
    client.login(peer.token).catch(() => undefined)
    onTestFinished(() => client.destroy())
    expect(await closed).toBe(4014)
  })

  it('delivers twice where it is told to', async () => {
    await listening()
    peer.deliveries = 2
    const { id } = ada.command(channel, 'create')
    await vi.waitFor(() => expect(seen).toEqual([id, id]))
  })

  it('dates an event as it was made', async () => {
    const sent: number[] = []
    await loggedIn((interaction) => sent.push(interaction.createdTimestamp))
    ada.command(channel, 'create', 3 * 3_600_000)
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    expect(Math.abs(Date.now() - 3 * 3_600_000 - (sent[0] ?? 0))).toBeLessThan(2000)
  })
})

describe('rate limits', () => {
  it('tells them before, and answers 429 behind them', async () => {
    const { rest } = bot()
    const post = (): Promise<unknown> => rest.post(Routes.channelMessages(channel.id), { body: { content: 'a' } })
    for (let count = 0; count < 5; count += 1) await post()
    // The library knows by the headers: nothing is sent.
    await expect(post()).rejects.toBeInstanceOf(RateLimitError)
    expect(peer.limits.refused).toBe(0)
    const other = bot().rest.post(Routes.channelMessages(channel.id), { body: { content: 'a' } })
    await expect(other).rejects.toBeInstanceOf(RateLimitError)
    expect(peer.refusals).toEqual([{ line: `POST /channels/${channel.id}/messages`, status: 429, code: 0 }])
  })

  it('forbids for a while what a test says', async () => {
    peer.limits.force(/^PATCH/, 30_000)
    const { rest } = bot()
    const { id } = (await rest.post(Routes.channelMessages(channel.id), { body: { content: 'a' } })) as { id: string }
    const edit = rest.patch(Routes.channelMessage(channel.id, id), { body: { content: 'b' } })
    await expect(edit).rejects.toMatchObject({ retryAfter: expect.closeTo(30_050, -3) })
  })
})

describe('what is read', () => {
  const texts: readonly (readonly [markdown: string, text: string])[] = [
    ['**bold** _it_ `co*de*` \\*no\\*', 'bold it co*de* *no*'],
    ['# Title\n-# small\n> said', 'Title\nsmall\nsaid'],
    ['[a label](https://a.b/c) and <https://d.e>', 'a label and https://d.e'],
    ['```\nas *it* is\n```', 'as *it* is'],
  ]
  it.each(texts)('of %j', (markdown, read) => {
    expect(readMarkdown(markdown).text).toBe(read)
  })

  it('tells everybody where nobody forbids it', async () => {
    const post = (body: object): Promise<unknown> => bot().rest.post(Routes.channelMessages(channel.id), { body })
    await post({ content: `@everyone <@${ada.id}>` })
    await post({ content: `@everyone <@${ada.id}>`, allowed_mentions: { parse: [] } })
    await post({ ...v2(text('\\@everyone <@&1>')), allowed_mentions: { parse: [] } })
    expect(ada.sees(channel).map((one) => one.pings)).toEqual([['@everyone', `<@${ada.id}>`], [], []])
  })
})
