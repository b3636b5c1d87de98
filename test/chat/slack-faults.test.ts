import { join } from 'node:path'
import { describe, expect, it, vi, type TestContext } from 'vitest'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import type { Person } from '../peers/slack/person.js'
import { BOT_USER } from '../peers/slack/workspace.js'
import { nothing, TestService } from '../service/service.js'
import { SlackStage } from './slack-stage.js'
import type { ChatPerson, Seen } from './stage.js'

const patient = { timeout: 20_000, interval: 20 }

interface Scene {
  readonly stage: SlackStage
  readonly service: TestService
  /** Moves the time of Slack and of the bot. */
  readonly later: (ms: number) => void
}

async function aScene(
  { onTestFinished }: TestContext,
  mode: 'socket' | 'http' = 'socket',
  { joins = true }: { joins?: boolean } = {},
): Promise<Scene> {
  const stage = new SlackStage(mode)
  await stage.start()
  const { ada, grace } = stage.people
  const service = new TestService(undefined, stage.config(), { admins: [ada.identity], members: [grace.identity] })
  onTestFinished(async () => {
    await service.close()
    await stage.close()
  })
  await service.start()
  if (!joins) await stage.down(true)
  await service.serve()
  if (joins) await stage.joined()
  await service.ready()
  const later = (ms: number): void => {
    service.ahead += ms
    stage.peer.pass(ms)
  }
  return { stage, service, later }
}

function all(person: ChatPerson): readonly Seen[] {
  return [...person.channel(), ...person.direct()]
}

function matching(messages: readonly Seen[], words: RegExp): readonly Seen[] {
  return messages.filter(({ text }) => words.test(text))
}

async function sees(look: () => readonly Seen[], words: RegExp): Promise<Seen> {
  return vi.waitFor(() => {
    const found = matching(look(), words).at(-1)
    if (found !== undefined) return found
    const seen = look().map(({ text }) => text)
    throw new Error(`nobody sees ${words}, but:\n${seen.join('\n\n')}`)
  }, patient)
}

const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, patient)

describe.each(['socket', 'http'] as const)('by %s', (mode) => {
  it('50 commands at once while Incus hangs: each acknowledged at once, none lost, none doubled', async (context) => {
    const { stage, service } = await aScene(context, mode)
    const { peer, general, people } = stage
    const names = Array.from({ length: 6 }, (_, index) => `app${index + 1}`)
    peer.api.enforceRates()
    const say = (hands: Person, words: string): Promise<void> => hands.command(`/sandbox ${words}`, general)
    // What runs for the first time is compiled first: not what a service that has been up is measured by.
    for (let warm = 0; warm < 10; warm += 1) await say(people.grace.hands, 'list')
    await service.incus.hang()
    const before = peer.deliveries.acks.length
    await Promise.all([
      ...names.map((name) => say(people.ada.hands, `create ${name}`)),
      ...Array.from({ length: 44 }, (_, index) =>
        say(index % 2 === 0 ? people.grace.hands : people.ada.hands, index % 4 < 2 ? 'list' : 'whoami'),
      ),
    ])
    const acks = peer.deliveries.acks.slice(before).filter(({ kind }) => kind === 'slash_commands')
    expect(acks).toHaveLength(50)
    expect(Math.max(...acks.map(({ ms }) => ms))).toBeLessThan(500)
    expect(peer.deliveries.lost).toEqual([])
    await eventually(() => expect(peer.workspace.posted.filter(({ only }) => only !== null)).toHaveLength(54))
    await sees(people.ada.direct, /Waiting: the host’s Incus/)
    await service.incus.open()
    for (const name of names) await sees(people.grace.channel, new RegExp(`● ${name} · running`))
    for (const name of names) await sees(people.ada.direct, new RegExp(`${name} is created`))
    expect(await service.traces()).toMatchObject({ rows: names, live: [] })
    expect(matching(people.grace.channel(), /./).filter(({ text }) => /app\d/.test(text))).toHaveLength(names.length)
    expect(peer.api.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
  }, 60_000)

  it('every delivery comes twice: one effect, one answer each', async (context) => {
    const { stage, service } = await aScene(context, mode)
    const { ada, eve } = stage.people
    stage.deliverTwice(true)
    await ada.says('create myapp')
    await ada.says('list', 'direct')
    await eve.says('list')
    const card = await sees(ada.channel, /● myapp · running/)
    await ada.presses(card, 'Stop')
    await sees(ada.channel, /○ myapp · stopped/)
    await ada.says('port myapp')
    await ada.form()
    await ada.fills({ port: '3000' })
    await sees(ada.channel, /app port 3000/)
    await sees(ada.direct, /Your sandboxes|You have no sandbox/)
    await eventually(() => expect(stage.peer.deliveries.pending).toBe(0))
    expect(await service.traces()).toMatchObject({ rows: ['myapp'], live: [] })
    expect(matching(eve.channel(), /I do not know you yet/)).toHaveLength(1)
    expect(matching(ada.direct(), /Your sandboxes|You have no sandbox/)).toHaveLength(1)
    expect(matching(all(ada), /too old|is being|under way/)).toEqual([])
    expect(stage.peer.workspace.views).toEqual([])
  }, 60_000)

  it('an event whose acknowledgement is lost is sent again after three seconds: one sandbox', async (context) => {
    const { stage, service, later } = await aScene(context, mode)
    const { ada } = stage.people
    stage.peer.deliveries.acksToLose = 1
    void ada.says('create myapp', 'direct')
    await sees(ada.direct, /● myapp · running/)
    later(3000)
    await eventually(() => expect(stage.peer.deliveries.pending).toBe(0))
    expect(await service.traces()).toMatchObject({ rows: ['myapp'] })
    expect(matching(ada.direct(), /myapp is taken|Creating/)).toEqual([])
  }, 60_000)

  it('what was said three hours ago is not done: each asker reads one sentence', async (context) => {
    const { stage, service, later } = await aScene(context, mode)
    const { peer, people } = stage
    const { ada, grace } = people
    await ada.says('create blog')
    await sees(ada.channel, /● blog · running/)
    const { url } = peer.requestUrl
    await stage.down(true)
    if (mode === 'http') peer.requestUrl.url = 'http://127.0.0.1:1/slack/events'
    for (const words of ['stop blog', 'port blog 3000', 'list']) void ada.says(words, 'direct')
    void grace.says('create hers', 'direct')
    later(3 * 3_600_000)
    peer.requestUrl.url = url
    await stage.down(false)
    if (mode === 'socket') await stage.joined()
    // Slack tries again when it is time to, once an hour at the end.
    await vi.waitFor(
      () => {
        if (peer.deliveries.pending > 0) later(600_000)
        expect(peer.deliveries.pending).toBe(0)
      },
      { timeout: 20_000, interval: 300 },
    )
    await sees(ada.direct, /I was away.*stop blog.*port blog 3000/s)
    await sees(grace.direct, /I was away.*create hers/s)
    expect(matching(ada.direct(), /I was away/)).toHaveLength(1)
    expect(matching(grace.direct(), /I was away/)).toHaveLength(1)
    expect((await service.visit('blog.localhost')).status).toBe(200)
    expect(await service.traces()).toMatchObject({ rows: ['blog'] })
    await ada.says('show blog')
    await sees(ada.channel, /● blog · running/)
  }, 60_000)
})

describe('faults', () => {
  it('a socket that breaks in the middle of an operation', async (context) => {
    const { stage, service } = await aScene(context)
    const { ada } = stage.people
    await service.incus.hang()
    await ada.says('create myapp')
    await sees(ada.direct, /Creating myapp/)
    stage.peer.sockets.drop()
    await service.incus.open()
    await sees(ada.channel, /● myapp · running/)
    await ada.says('stop myapp')
    await sees(ada.channel, /○ myapp · stopped/)
    expect(ada.hands.trouble).toEqual([])
    expect(matching(ada.direct(), /Creating myapp|myapp is created/)).toHaveLength(1)
  }, 60_000)

  it('429 for half a minute on edits: what is said anew goes on, and the last state comes', async (context) => {
    const { stage, later } = await aScene(context)
    const { ada } = stage.people
    stage.peer.api.limit('chat.update', 30)
    await ada.says('create myapp')
    await sees(ada.channel, /ada is creating myapp/)
    await sees(ada.direct, /Login for myapp/)
    await ada.says('whoami')
    await sees(ada.channel, /You are ada/)
    const calls = stage.peer.api.calls.filter(({ outcome }) => outcome === 'ratelimited')
    expect(calls.length).toBeLessThanOrEqual(1)
    later(30_000)
    await ada.says('list')
    await sees(ada.channel, /● myapp · running/)
    await sees(ada.direct, /myapp is created/)
  }, 60_000)

  it('tokens that are revoked: a line in the log, and the others go on', async (context) => {
    const { stage, service } = await aScene(context)
    const { ada } = stage.people
    stage.peer.revokeTokens()
    await eventually(() => expect(service.logged('Slack refuses the')).not.toEqual([]))
    const [line] = service.logged('Slack refuses the')
    expect(line).toMatchObject({
      fix: expect.stringMatching(/^Open your app at .* and restart Sandpiper\.$/) as string,
    })
    await service.done('create blog')
    expect(await service.traces()).toMatchObject({ rows: ['blog'] })
    expect(ada.hands.sees(stage.general)).toEqual([])
    expect(service.log()).not.toContain('xoxb-')
    expect(service.log()).not.toContain('xapp-')
  }, 60_000)

  it('Slack is away at the start: the others go on, and when it is back, so does it', async (context) => {
    const { stage, service } = await aScene(context, 'socket', { joins: false })
    const { ada } = stage.people
    await service.done('create blog')
    await stage.down(false)
    await stage.joined()
    await ada.says('list --all')
    await sees(ada.channel, /All sandboxes: 1/)
  }, 60_000)

  it('Slack goes away in the middle of an operation: how it ended is told when it is back', async (context) => {
    const { stage, service } = await aScene(context)
    const { ada } = stage.people
    await service.incus.hang()
    await ada.says('create myapp')
    await sees(ada.direct, /Creating myapp/)
    await stage.down(true)
    await service.incus.open()
    await vi.waitFor(async () => expect(await service.traces()).toMatchObject({ rows: ['myapp'], live: [] }), patient)
    await stage.down(false)
    await sees(ada.channel, /● myapp · running/)
    await sees(ada.direct, /myapp is created/)
    await sees(ada.direct, /Login for myapp/)
  }, 60_000)

  it('a bot that is not in the channel: its line and the card are there all the same', async (context) => {
    const { stage, service } = await aScene(context)
    const { ada, grace } = stage.people
    stage.general.members.delete(BOT_USER)
    await ada.says('create myapp')
    await sees(grace.channel, /ada is creating myapp/)
    await sees(grace.channel, /● myapp · running/)
    await sees(ada.direct, /Login for myapp/)
    await ada.says('delete myapp')
    await ada.form()
    await ada.fills({ confirm: 'myapp' })
    await sees(grace.channel, /ada deleted myapp/)
    expect(await service.traces()).toEqual(nothing)
  }, 60_000)

  it('a button that is forged: a sentence, and an entry for the admins', async (context) => {
    const { stage, service } = await aScene(context)
    const { ada, grace } = stage.people
    await ada.says('create myapp')
    const card = await sees(grace.channel, /● myapp · running/)
    const seen = grace.hands.sees(stage.general).find(({ ts }) => ts === card.id)
    await grace.hands.press(seen ?? { ts: '', channel: '' }, 'Stop', 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA')
    await sees(grace.channel, /This button is too old/)
    const db = new Sqlite(join(service.stateFolder, 'state.db'), { readonly: true })
    const refused = db.prepare("SELECT identity FROM audit WHERE outcome = 'refused'").pluck().all()
    db.close()
    expect(refused).toContain(grace.identity)
    expect((await service.visit('myapp.localhost')).status).toBe(200)
  }, 60_000)

  it('on the home tab: one’s sandboxes, and buttons that work', async (context) => {
    const { stage } = await aScene(context)
    const { ada, eve } = stage.people
    await ada.says('create myapp')
    await sees(ada.channel, /● myapp · running/)
    await ada.hands.openHome()
    await eventually(() => expect(ada.hands.home).toMatch(/Your sandboxes: 1[^]*● myapp · running/))
    await ada.hands.pressHome('Stop')
    await sees(ada.direct, /○ myapp · stopped/)
    await eventually(() => expect(ada.hands.home).toMatch(/○ myapp · stopped/))
    await ada.hands.pressHome('New sandbox')
    expect((await ada.form()).fields).toEqual(['target'])
    await ada.fills({ target: 'blog' })
    await sees(ada.direct, /● blog · running/)
    await eve.hands.openHome()
    await eventually(() => expect(eve.hands.home).toMatch(/I do not know you yet/))
  }, 60_000)
})
