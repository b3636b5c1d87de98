import { App, HTTPReceiver, LogLevel, SocketModeReceiver, webApi, type Logger, type SlashCommand } from '@slack/bolt'
import type { KnownBlock, ModalView } from '@slack/types'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../cli/free-port.js'
import { blockErrors, viewErrors } from './check-payload.js'
import { LIMITS } from './limits.js'
import { readManifest } from './manifest.js'
import type { Person } from './person.js'
import { signature, SIGNING_SECRET } from './request-url.js'
import { SlackPeer } from './slack-peer.js'
import { APP_TOKEN, BOT_TOKEN } from './web-api.js'
import { BOT_USER, type Channel } from './workspace.js'

const settings = {
  scopes: ['app_mentions:read', 'chat:write', 'commands', 'files:write', 'im:history', 'im:write'],
  events: ['app_home_opened', 'app_mention', 'message.im'],
  commands: ['/sandbox'],
  hasHome: true,
  takesMessages: true,
  isInteractive: true,
}

const opened: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

interface Stage {
  readonly peer: SlackPeer
  readonly ada: Person
  readonly grace: Person
  readonly general: Channel
  readonly client: webApi.WebClient
}

async function aStage(): Promise<Stage> {
  const peer = await SlackPeer.open(settings)
  opened.push(() => peer.close())
  const [ada, grace] = [peer.person('ada'), peer.person('grace')]
  const general = peer.workspace.addChannel('general', [ada.user, grace.user])
  const client = new webApi.WebClient(BOT_TOKEN, { slackApiUrl: peer.apiUrl, logger: quiet, ...noRetry })
  return { peer, ada, grace, general, client }
}

const quiet: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.INFO,
  setName: () => {},
}

/** Its reconnect waits for as long as this: 5 s unless told otherwise. */
const GAP = { clientPingTimeout: 1000 }
const noRetry = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }

async function anApp(peer: SlackPeer, mode: 'socket' | 'http' = 'socket'): Promise<App> {
  const clientOptions = { slackApiUrl: peer.apiUrl, ...noRetry }
  const receiver =
    mode === 'socket'
      ? new SocketModeReceiver({ appToken: APP_TOKEN, logger: quiet, installerOptions: { clientOptions }, ...GAP })
      : new HTTPReceiver({ signingSecret: SIGNING_SECRET, logger: quiet })
  const app = new App({ token: BOT_TOKEN, receiver, clientOptions, logger: quiet })
  const port = await freePort()
  await (mode === 'socket' ? app.start() : app.start(port))
  if (mode === 'http') peer.requestUrl.url = `http://127.0.0.1:${port}/slack/events`
  opened.push(() => app.stop())
  return app
}

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000 })
const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error as { data?: { error?: string } }).data?.error ?? error,
  )

const text = (length: number): string => 'x'.repeat(length)
const plain = (length: number) => ({ type: 'plain_text', text: text(length) }) as const
const button = (change: object = {}) => ({ type: 'button', text: plain(1), ...change }) as const
const actions = (...elements: object[]) => ({ type: 'actions', elements }) as KnownBlock
const input = (element: object, change: object = {}) =>
  ({ type: 'input', label: plain(5), element, ...change }) as KnownBlock
const option = (index: number) => ({ text: plain(1), value: String(index) })
const modal = (change: Partial<ModalView>): ModalView => ({
  type: 'modal',
  title: plain(5),
  submit: plain(4),
  blocks: [],
  ...change,
})
const rich = (...elements: object[]) =>
  ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }) as KnownBlock

describe('what Slack writes down', () => {
  const blocks: readonly (readonly [string, (over: 0 | 1) => readonly unknown[]])[] = [
    ['50 blocks', (over) => Array.from({ length: LIMITS.messageBlocks + over }, () => ({ type: 'divider' }))],
    ['block ids of 255', (over) => [{ type: 'divider', block_id: text(255 + over) }]],
    ['a block id once', (over) => ['a', over === 1 ? 'a' : 'b'].map((id) => ({ type: 'divider', block_id: id }))],
    ['headers of 150', (over) => [{ type: 'header', text: plain(150 + over) }]],
    ['headers of 1', (over) => [{ type: 'header', text: plain(1 - over) }]],
    ['sections of 3000', (over) => [{ type: 'section', text: plain(3000 + over) }]],
    ['sections with something', (over) => [{ type: 'section', ...(over === 1 ? {} : { text: plain(1) }) }]],
    ['10 fields', (over) => [{ type: 'section', fields: Array.from({ length: 10 + over }, () => plain(1)) }]],
    ['fields of 2000', (over) => [{ type: 'section', fields: [plain(2000 + over)] }]],
    [
      '10 context elements',
      (over) => [{ type: 'context', elements: Array.from({ length: 10 + over }, () => plain(1)) }],
    ],
    ['25 buttons', (over) => [actions(...Array.from({ length: 25 + over }, () => button()))]],
    ['buttons of 75', (over) => [actions(button({ text: plain(75 + over) }))]],
    ['values of 2000', (over) => [actions(button({ value: text(2000 + over) }))]],
    ['action ids of 255', (over) => [actions(button({ action_id: text(255 + over) }))]],
    [
      'an action id once',
      (over) => [actions(button({ action_id: 'a' }), button({ action_id: over === 1 ? 'a' : 'b' }))],
    ],
    [
      'links that lead somewhere',
      (over) => [actions(button({ url: over === 1 ? 'javascript:alert(1)' : 'https://a.b' }))],
    ],
    ['links of 3000', (over) => [actions(button({ url: `https://a.b/${text(2988 + over)}` }))]],
    ['titles of 100', (over) => [actions(button({ confirm: { title: plain(100 + over), text: plain(1) } }))]],
    ['confirmations of 300', (over) => [actions(button({ confirm: { text: plain(300 + over) } }))]],
    ['answers of 30', (over) => [actions(button({ confirm: { text: plain(1), deny: plain(30 + over) } }))]],
    ['rich text of something', (over) => [rich({ type: 'text', text: text(1 - over) })]],
    ['rich text of 3000', (over) => [rich({ type: 'text', text: text(3000 + over) })]],
    ['no keys of ours', (over) => [{ type: 'divider', ...(over === 1 ? { ours: true } : {}) }]],
    ['no types of ours', (over) => [{ type: over === 1 ? 'ours' : 'divider' }]],
    [
      'no half characters',
      (over) => [{ type: 'header', text: { type: 'plain_text', text: over === 1 ? '\ud83d' : '🙂' } }],
    ],
  ]

  it.each(blocks)('takes %s, and no further', (_what, make) => {
    expect(blockErrors(make(0))).toEqual([])
    expect(blockErrors(make(1))).toEqual([expect.stringMatching(/^\[ERROR\] .*\[json-pointer:/) as string])
  })

  const views: readonly (readonly [string, (over: 0 | 1) => unknown])[] = [
    ['100 blocks', (over) => modal({ blocks: Array.from({ length: 100 + over }, () => ({ type: 'divider' })) })],
    ['titles of 24', (over) => modal({ title: plain(24 + over) })],
    ['submits of 24', (over) => modal({ submit: plain(24 + over) })],
    ['metadata of 3000', (over) => modal({ private_metadata: text(3000 + over) })],
    ['callback ids of 255', (over) => modal({ callback_id: text(255 + over) })],
    [
      'labels of 2000',
      (over) => modal({ blocks: [input({ type: 'plain_text_input' }, { label: plain(2000 + over) })] }),
    ],
    [
      'placeholders of 150',
      (over) => modal({ blocks: [input({ type: 'plain_text_input', placeholder: plain(150 + over) })] }),
    ],
    ['lengths up to 3000', (over) => modal({ blocks: [input({ type: 'plain_text_input', max_length: 3000 + over })] })],
    [
      'first values that fit',
      (over) => modal({ blocks: [input({ type: 'plain_text_input', max_length: 3, initial_value: text(3 + over) })] }),
    ],
    [
      '100 options',
      (over) =>
        modal({
          blocks: [
            input({ type: 'static_select', options: Array.from({ length: 100 + over }, (_, index) => option(index)) }),
          ],
        }),
    ],
    [
      'options of 75',
      (over) =>
        modal({ blocks: [input({ type: 'static_select', options: [{ text: plain(75 + over), value: 'a' }] })] }),
    ],
    [
      'option values of 150',
      (over) =>
        modal({ blocks: [input({ type: 'static_select', options: [{ text: plain(1), value: text(150 + over) }] })] }),
    ],
    [
      'a choice among the options',
      (over) =>
        modal({ blocks: [input({ type: 'static_select', options: [option(0)], initial_option: option(over) })] }),
    ],
  ]

  it.each(views)('takes forms with %s, and no further', (_what, make) => {
    expect(viewErrors(make(0))).toEqual([])
    expect(viewErrors(make(1))).toEqual([expect.stringMatching(/^\[ERROR\] .*\[json-pointer:/) as string])
  })

  it('wants a way to send a form with fields', () => {
    const { submit: _submit, ...without } = modal({ blocks: [input({ type: 'plain_text_input' })] })
    expect(viewErrors(without)).toEqual(['[ERROR] missing required field: submit [json-pointer:/view]'])
  })

  it('reads an app’s manifest, and refuses keys that it does not know', () => {
    const manifest = [
      'display_information:',
      '  name: Sandpiper',
      'features:',
      '  app_home: { }'.replace(' { }', ''),
      '    home_tab_enabled: true',
      '    messages_tab_enabled: true',
      '    messages_tab_read_only_enabled: false',
      '  slash_commands:',
      '    - command: /sandbox',
      '      description: "Sandboxes: yours"',
      'oauth_config:',
      '  scopes:',
      '    bot:',
      '      # why',
      '      - chat:write',
      'settings:',
      '  interactivity:',
      '    is_enabled: true',
    ]
    expect(readManifest(manifest.join('\n'))).toEqual({
      scopes: ['chat:write'],
      events: [],
      commands: ['/sandbox'],
      hasHome: true,
      takesMessages: true,
      isInteractive: true,
    })
    expect(() => readManifest([...manifest, '  sockets: true'].join('\n'))).toThrow('invalid additional property')
  })
})

describe('the Web API', () => {
  it('knows its tokens, its methods and their arguments', async () => {
    const { client, peer } = await aStage()
    const call = (method: string, more: Record<string, unknown> = {}): Promise<unknown> =>
      refusal(client.apiCall(method, more))
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: BOT_USER })
    expect(await call('auth.test', { token: 'xoxb-other' })).toBe('invalid_auth')
    expect(await call('auth.test', { token: APP_TOKEN })).toBe('not_allowed_token_type')
    expect(await call('chat.shout')).toBe('unknown_method')
    expect(await call('chat.postMessage', { channel: 'C1', text: 'x', loud: true })).toBe('invalid_arguments')
    expect(await call('users.info', { user: 'U1' })).toBe('missing_scope')
    peer.revokeTokens()
    expect(await call('auth.test')).toBe('token_revoked')
  })

  it('lets the bot post where it is, and edit what is its own', async () => {
    const { client, peer, ada, general } = await aStage()
    const hidden = peer.workspace.addChannel('hidden', [ada.user], 'private')
    const post = (channel: string, more: object = {}): Promise<unknown> =>
      refusal(client.chat.postMessage({ channel, text: 'hello', ...more }))
    expect(await post(general.id)).toBe('not_in_channel')
    expect(await post(hidden.id)).toBe('channel_not_found')
    general.members.add(BOT_USER)
    expect(await post(general.id, { text: '' })).toBe('no_text')
    expect(await post(general.id, { blocks: [{ type: 'header', text: plain(151) }] })).toBe('invalid_blocks')
    expect(await post(general.id, { thread_ts: '1.000001' })).toBe('thread_not_found')
    const { ts = '' } = await client.chat.postMessage({ channel: general.id, text: 'one' })
    await client.chat.update({ channel: general.id, ts, text: 'two' })
    expect(ada.sees(general)).toMatchObject([{ text: 'two', edits: 1, onlyMe: false }])
    void ada.mention('hello', general)
    const mine = ada.sees(general)[1]
    expect(await refusal(client.chat.update({ channel: general.id, ts: mine?.ts ?? '', text: 'x' }))).toBe(
      'cant_update_message',
    )
    expect(await refusal(client.chat.update({ channel: general.id, ts, text: text(4001) }))).toBe('msg_too_long')
    await client.chat.delete({ channel: general.id, ts })
    expect(await refusal(client.chat.update({ channel: general.id, ts, text: 'x' }))).toBe('message_not_found')
  })

  it('notifies whom a text or rich text names, and in edits those behind an @ too', async () => {
    const { client, ada } = await aStage()
    const channel = ada.direct.id
    const hostile = '<!channel> &lt;!here&gt; <@U1> @everyone'
    const { ts = '' } = await client.chat.postMessage({ channel, text: hostile })
    expect(ada.sees()).toMatchObject([{ pings: ['channel', 'U1'], unfurls: true }])
    await client.chat.update({ channel, ts, text: '@everyone', parse: 'none' })
    expect(ada.sees()).toMatchObject([{ pings: ['channel', 'U1'] }])
    await client.chat.update({ channel, ts, text: '@everyone', blocks: [rich({ type: 'broadcast', range: 'here' })] })
    expect(ada.sees()).toMatchObject([{ pings: ['channel', 'U1', 'everyone', 'here'] }])
    const still = { unfurl_links: false, unfurl_media: false }
    await client.chat.postMessage({ channel, text: 'x', blocks: [rich({ type: 'text', text: hostile })], ...still })
    expect(ada.sees()[1]).toMatchObject({ pings: [], unfurls: false, text: hostile })
  })

  it('shows to one alone what is for one alone, and lets nobody edit it by its id', async () => {
    const { client, ada, grace, general, peer } = await aStage()
    general.members.add(BOT_USER)
    const { message_ts: ts = '' } = await client.chat.postEphemeral({
      channel: general.id,
      user: ada.user.id,
      text: 'secret',
    })
    expect(ada.sees(general)).toMatchObject([{ text: 'secret', onlyMe: true }])
    expect(grace.sees(general)).toEqual([])
    expect(await refusal(client.chat.update({ channel: general.id, ts, text: 'x' }))).toBe('message_not_found')
    const linus = peer.person('linus')
    const toLinus = client.chat.postEphemeral({ channel: general.id, user: linus.user.id, text: 'x' })
    expect(await refusal(toLinus)).toBe('user_not_in_channel')
    ada.reload()
    expect(ada.sees(general)).toEqual([])
  })

  it('opens a direct message, unless the account is deactivated', async () => {
    const { client, peer, ada } = await aStage()
    const open = (): Promise<unknown> => client.conversations.open({ users: ada.user.id })
    expect(await open()).toMatchObject({ channel: { id: ada.direct.id } })
    await client.chat.postMessage({ channel: ada.direct.id, text: 'hello' })
    expect(ada.sees()).toMatchObject([{ text: 'hello' }])
    peer.closeDirect(ada.user)
    expect(await refusal(open())).toBe('user_disabled')
  })

  it('takes files in three steps', async () => {
    const { client, ada } = await aStage()
    const channel = ada.direct.id
    await client.filesUploadV2({
      channel_id: channel,
      filename: 'log.txt',
      file: Buffer.from('line 1\n'),
      initial_comment: 'x',
    })
    expect(ada.sees()).toMatchObject([{ files: [{ name: 'log.txt', bytes: Buffer.from('line 1\n') }] }])
    const lost = client.files.completeUploadExternal({ files: [{ id: 'F1', title: 'x' }], channel_id: channel })
    expect(await refusal(lost)).toBe('file_not_found')
  })

  it('says when to come again', async () => {
    const { client, peer, ada } = await aStage()
    peer.api.limit('auth.test', 30)
    await expect(client.auth.test()).rejects.toMatchObject({ retryAfter: 30 })
    peer.pass(30_000)
    expect(await client.auth.test()).toMatchObject({ ok: true })
    peer.api.enforceRates()
    const channel = ada.direct.id
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' })
    for (let edit = 0; edit < 50; edit += 1) await client.chat.update({ channel, ts, text: `${edit}` })
    await expect(client.chat.update({ channel, ts, text: 'x' })).rejects.toMatchObject({ retryAfter: 60 })
    peer.pass(60_000)
    await client.chat.update({ channel, ts, text: 'x' })
  })
})

describe.each(['socket', 'http'] as const)('deliveries by %s', (mode) => {
  it('a command, a form, a button and the home tab', async () => {
    const { peer, ada, grace, general } = await aStage()
    const app = await anApp(peer, mode)
    app.command('/sandbox', async ({ ack, command, client }) => {
      await ack()
      const blocks = [input({ type: 'plain_text_input', action_id: 'name' }, { block_id: 'name' })]
      await client.views.open({ trigger_id: command.trigger_id, view: modal({ callback_id: 'form', blocks }) })
    })
    app.view('form', async ({ ack, view, body, client }) => {
      const name = view.state.values['name']?.['name']?.value ?? ''
      if (name === 'bad') return ack({ response_action: 'errors', errors: { name: 'No.' } })
      await ack()
      await client.chat.postMessage({
        channel: body.user.id,
        text: name,
        blocks: [actions(button({ action_id: 'go' }))],
      })
    })
    app.action('go', async ({ ack, respond }) => {
      await ack()
      await respond({ replace_original: true, text: 'pressed', blocks: [] })
    })
    app.event('app_home_opened', async ({ event, client }) => {
      const blocks = [{ type: 'header', text: plain(3) } as const]
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } })
    })

    void ada.command('/sandbox create', general)
    await eventually(() => expect(ada.form).not.toBeNull())
    expect(grace.form).toBeNull()
    void ada.sendForm({})
    expect(ada.formErrors).toEqual({ name: 'Please complete this required field.' })
    void ada.sendForm({ xxxxx: 'bad' })
    await eventually(() => expect(ada.formErrors).toEqual({ name: 'No.' }))
    void ada.sendForm({ xxxxx: 'myapp' })
    await eventually(() => expect(ada.sees()).toMatchObject([{ buttons: [{ label: 'x', url: null }] }]))
    expect(ada.form).toBeNull()
    const [first] = ada.sees()
    if (first !== undefined) void ada.press(first, 'x')
    await eventually(() => expect(ada.sees()).toMatchObject([{ text: 'pressed', edits: 1 }]))
    void ada.openHome()
    await eventually(() => expect(ada.home).toBe('xxx'))
    await eventually(() => expect(peer.deliveries.pending).toBe(0))
    const kinds = peer.deliveries.acks.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind !== 'events_api')).toEqual(['slash_commands', ...Array(3).fill('interactive')])
    expect(Math.max(...peer.deliveries.acks.map(({ ms }) => ms))).toBeLessThan(3000)
    expect(ada.trouble).toEqual([])
  })

  it('what was said to the bot comes escaped, with its links, and again where the acknowledgement is lost', async () => {
    const { peer, ada, general } = await aStage()
    const app = await anApp(peer, mode)
    const heard: unknown[] = []
    const hear = async ({ body, context }: { body: { event_id?: string; event?: unknown }; context: object }) =>
      void heard.push({ id: body.event_id, event: body.event, retry: (context as { retryNum?: number }).retryNum })
    app.message(hear)
    app.event('app_mention', hear)
    peer.deliveries.acksToLose = 1
    void ada.say('create app.example.com <3')
    await eventually(() => expect(heard).toHaveLength(1))
    peer.pass(3000)
    await eventually(() => expect(heard).toHaveLength(2))
    const text = 'create <http://app.example.com|app.example.com> &lt;3'
    expect(heard).toMatchObject([
      { id: 'Ev000000001', event: { text, channel: ada.direct.id } },
      { id: 'Ev000000001', event: { text }, retry: 1 },
    ])
    void ada.mention('list', general)
    general.members.add(BOT_USER)
    peer.deliveries.areDoubled = true
    void ada.mention('list', general)
    await eventually(() => expect(heard).toHaveLength(4))
    expect(heard[3]).toMatchObject({ event: { type: 'app_mention', text: `<@${BOT_USER}> list` } })
  })
})

describe('by socket', () => {
  it('a command that nobody takes is lost after three seconds, and its user told so', async () => {
    const { peer, ada, general } = await aStage()
    void ada.command('/sandbox list', general)
    peer.pass(3000)
    expect(ada.trouble).toEqual(['/sandbox failed with the error "dispatch_failed"'])
    void ada.command('/other')
    expect(ada.trouble.at(-1)).toBe('/other is not a valid command.')
  })

  it('the library of Slack itself has a gap after a refresh, in which commands are lost and events come late', async () => {
    const { peer, ada, general } = await aStage()
    const app = await anApp(peer)
    const heard: string[] = []
    app.command('/sandbox', async ({ ack, command }) => {
      await ack()
      heard.push(command.text)
    })
    app.message(async ({ event }) => void heard.push('text' in event ? (event.text ?? '') : ''))
    peer.sockets.requestRefresh('refresh_requested')
    await eventually(() => expect(peer.sockets.connected).toBe(0))
    void ada.command('/sandbox typed', general)
    void ada.say('said')
    peer.pass(3000)
    expect(ada.trouble).toHaveLength(1)
    await vi.waitFor(() => expect(peer.sockets.connected).toBe(1), { timeout: 10_000 })
    peer.pass(70_000)
    await eventually(() => expect(heard).toEqual(['said']))
  })

  it('what was under way when a socket broke goes to the next one', async () => {
    const { peer, ada, general } = await aStage()
    const seen: SlashCommand[] = []
    for (const _ of [1, 2]) {
      const app = await anApp(peer)
      app.command('/sandbox', async ({ command }) => void seen.push(command))
    }
    expect(peer.sockets.connected).toBe(2)
    void ada.command('/sandbox list', general)
    await eventually(() => expect(seen).toHaveLength(1))
    peer.sockets.drop()
    await eventually(() => expect(peer.sockets.connected).toBe(0))
    await anApp(peer)
    expect(peer.deliveries.pending).toBe(1)
    expect(peer.sockets.greeted).toBe(3)
  })

  it('what was said while Slack and the bot were apart comes when they meet again', async () => {
    const { peer, ada, client } = await aStage()
    await peer.down()
    await expect(client.auth.test()).rejects.toThrow()
    void ada.say('delete blog')
    peer.pass(3 * 3_600_000)
    await peer.up()
    const app = await anApp(peer)
    const heard: { readonly event_time?: number }[] = []
    app.message(async ({ body }) => void heard.push(body))
    peer.pass(3_600_000)
    await eventually(() => expect(heard).toHaveLength(1))
    expect(peer.clock.now() / 1000 - (heard[0]?.event_time ?? 0)).toBeGreaterThan(3 * 3600)
  })
})

describe('what a person’s act allows', () => {
  it('one form, within three seconds', async () => {
    const { peer, ada, client, general } = await aStage()
    const app = await anApp(peer)
    const triggers: string[] = []
    app.command('/sandbox', async ({ ack, command }) => {
      await ack()
      triggers.push(command.trigger_id)
    })
    const open = (trigger_id: string): Promise<unknown> => refusal(client.views.open({ trigger_id, view: modal({}) }))
    void ada.command('/sandbox a', general)
    await eventually(() => expect(triggers).toHaveLength(1))
    expect(await open(triggers[0] ?? '')).toBe('ok')
    expect(await open(triggers[0] ?? '')).toBe('exchanged_trigger_id')
    expect(await open('none')).toBe('invalid_trigger_id')
    void ada.command('/sandbox b', general)
    await eventually(() => expect(triggers).toHaveLength(2))
    peer.pass(3001)
    expect(await open(triggers[1] ?? '')).toBe('expired_trigger_id')
  })

  it('five answers within thirty minutes, in channels where the bot is not, too', async () => {
    const { peer, ada, grace, general } = await aStage()
    const app = await anApp(peer)
    const urls: string[] = []
    app.command('/sandbox', async ({ ack, command }) => {
      await ack()
      urls.push(command.response_url)
    })
    const answer = async (url: string, body: object): Promise<string> => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      return `${response.status} ${await response.text()}`
    }
    void ada.command('/sandbox a', general)
    await eventually(() => expect(urls).toHaveLength(1))
    const [url = ''] = urls
    expect(await answer(url, { text: 'for all', response_type: 'in_channel' })).toBe('200 ok')
    expect(await answer(url, { text: 'for me' })).toBe('200 ok')
    expect(ada.sees(general).map((seen) => seen.text)).toEqual(['for all', 'for me'])
    expect(grace.sees(general).map((seen) => seen.text)).toEqual(['for all'])
    expect(await answer(url, { text: 'x', loud: true })).toContain('invalid_payload')
    expect(await answer(url, {})).toContain('no_text')
    expect(await answer(url, { text: '5' })).toBe('200 ok')
    expect(await answer(url, { text: '6' })).toContain('404 {"ok":false,"error":"used_url"}')
    void ada.command('/sandbox b', general)
    await eventually(() => expect(urls).toHaveLength(2))
    peer.pass(30 * 60_000 + 1)
    expect(await answer(urls[1] ?? '', { text: 'late' })).toContain('expired_url')
  })
})

describe('by signed request', () => {
  it('an app can tell a false signature from a true one', async () => {
    const { peer, ada, general } = await aStage()
    const app = await anApp(peer, 'http')
    app.command('/sandbox', ({ ack }) => ack())
    void ada.command('/sandbox list', general)
    await eventually(() => expect(peer.deliveries.acks).toHaveLength(1))
    const url = peer.requestUrl.url ?? ''
    const body = 'command=%2Fsandbox'
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      return (await fetch(url, { method: 'POST', body, headers: { ...type, ...headers } })).status
    }
    expect(await post(signature(body, 'another secret'))).toBe(401)
    expect(await post(signature(body, SIGNING_SECRET, Date.now() - 600_000))).toBe(401)
    expect(await post({})).toBe(401)
  })
})
