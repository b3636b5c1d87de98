import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, expect, it, vi, type TestContext } from 'vitest'
import { postToSocket } from '../../src/adapters/chat/console/say-client.js'
import { showPlatforms } from '../../src/cli/platforms-table.js'
import type { PlatformLine } from '../../src/control.js'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import type { PeerChat } from '../peers/telegram/model.js'
import type { Person } from '../peers/telegram/person.js'
import type { TelegramPeer } from '../peers/telegram/telegram-peer.js'
import { nothing, TestService } from '../service/service.js'
import { TelegramStage } from './telegram-stage.js'

const patient = { timeout: 20_000, interval: 25 }
const HOUR_MS = 3_600_000
const modes = ['polling', 'webhook'] as const

/** The whole of Sandpiper, joined to a Telegram whose every fault a test can call up. */
class Live {
  private constructor(
    readonly stage: TelegramStage,
    readonly service: TestService,
    readonly crowd: readonly Person[],
  ) {}

  static async begin({ onTestFinished }: TestContext, mode: (typeof modes)[number], people = 0): Promise<Live> {
    const stage = new TelegramStage(mode)
    await stage.start()
    const crowd = Array.from({ length: people }, (_, index) => stage.peer.person(`Person${index}`))
    for (const person of crowd) person.opens()
    const members = [stage.people.grace.identity, ...crowd.map(({ id }) => `telegram::${id}`)]
    const access = { admins: [stage.people.ada.identity], members }
    const service = new TestService(undefined, stage.config(), access)
    onTestFinished(async () => {
      await service.close()
      await stage.close()
    })
    await service.start()
    return new Live(stage, service, crowd)
  }

  static async start(context: TestContext, mode: (typeof modes)[number], people = 0): Promise<Live> {
    const live = await Live.begin(context, mode, people)
    await live.service.serve()
    await live.service.ready()
    await live.up()
    return live
  }

  get peer(): TelegramPeer {
    return this.stage.peer
  }

  get group(): PeerChat {
    return this.stage.group
  }

  get ada(): Person {
    return this.stage.person('Ada')
  }

  /** Both clocks. */
  pass(ms: number): void {
    this.service.ahead += ms
    this.peer.ahead += ms
  }

  async up(): Promise<void> {
    await vi.waitFor(async () => expect(await this.doctor()).toContain('✓ telegram: up'), patient)
  }

  async doctor(): Promise<string> {
    const answer = await postToSocket(this.service['controlSocket'], '/doctor', {})
    return showPlatforms((await json(answer)) as PlatformLine[])
  }

  /** What the bot said there, the newest last. */
  said(person: Person, chat: PeerChat): readonly string[] {
    const { bot } = this.peer.world
    return person
      .sees(chat)
      .filter(({ source }) => source.from.id === bot.id)
      .map(({ text }) => text.replaceAll('\u2060', ''))
  }

  async reads(person: Person, chat: PeerChat, words: RegExp | string): Promise<void> {
    await vi.waitFor(() => expect(this.said(person, chat).join('\n--\n')).toMatch(words), patient)
  }

  column(sql: string): readonly unknown[] {
    const db = new Sqlite(join(this.service.stateFolder, 'state.db'), { readonly: true })
    const rows = db.prepare<[]>(sql).pluck().all()
    db.close()
    return rows
  }

  /** Nothing runs, and nothing is left to be said. */
  async settled(): Promise<void> {
    const due = (): readonly unknown[] => this.column('SELECT slot FROM outbox WHERE delivered_version < version')
    await vi.waitFor(async () => expect([...(await this.service.traces()).live, ...due()]).toEqual([]), {
      timeout: 60_000,
      interval: 50,
    })
  }
}

describe.each(modes)('by %s', (mode) => {
  it(
    'fifty commands at once while Incus hangs: acknowledged, none lost, none doubled',
    { timeout: 120_000 },
    async (context) => {
      const live = await Live.start(context, mode, 10)
      await live.service.incus.hang()
      const before = live.peer.delivery.log.length
      const used = process.cpuUsage()
      const names = live.crowd.flatMap((person, one) => {
        const own = [`app-${one}-a`, `app-${one}-b`]
        for (const name of own) person.says(person.direct, `/create ${name}`)
        for (const words of ['/list', '/whoami', '/keys']) person.says(person.direct, words)
        return own
      })
      const sent = live.peer.delivery.log.slice(before)
      await vi.waitFor(() => expect(sent.filter((one) => one.confirmedAt === null)).toEqual([]), patient)
      // On a machine that has other work too, what this process had of it counts: in milliseconds.
      const { user, system } = process.cpuUsage(used)
      const slowest = Math.max(...sent.map((one) => (one.confirmedAt ?? Infinity) - one.at))
      expect(Math.min(slowest, (user + system) / 1000)).toBeLessThan(500)
      expect(slowest).toBeLessThan(3000)
      expect(sent).toHaveLength(50)
      await vi.waitFor(() => expect(live.column('SELECT name FROM sandbox')).toHaveLength(names.length), patient)
      live.pass(60_000)
      await live.service.incus.open()
      for (const [one, person] of live.crowd.entries()) {
        for (const name of [`app-${one}-a`, `app-${one}-b`])
          await live.reads(person, person.direct, `● ${name} · running`)
        const told = live.said(person, person.direct)
        for (const title of ['You are Person', 'Your sandboxes: ', 'You have no SSH key'])
          expect([title, told.filter((text) => text.includes(title)).length]).toEqual([title, 1])
      }
      expect((await live.service.traces()).instances.toSorted()).toEqual(names.toSorted())
      expect(live.column('SELECT verb FROM operation')).toHaveLength(names.length)
    },
  )

  it('every delivery doubled: one effect, told once', { timeout: 40_000 }, async (context) => {
    const live = await Live.start(context, mode)
    live.peer.delivery.twice = true
    live.ada.says(live.group, '/create myapp')
    await live.reads(live.ada, live.group, '● myapp · running')
    live.ada.presses(live.group, 'Stop')
    await live.reads(live.ada, live.group, '○ myapp · stopped')
    live.ada.says(live.ada.direct, '/list')
    live.ada.says(live.ada.direct, '/sandbox dance')
    await live.reads(live.ada, live.ada.direct, 'Your sandboxes: 1')
    await live.reads(live.ada, live.ada.direct, 'I do not know dance')
    await live.settled()
    expect(live.column('SELECT verb FROM operation ORDER BY rowid')).toEqual(['create', 'stop'])
    const told = live.said(live.ada, live.ada.direct)
    for (const words of ['Your sandboxes: 1', 'dance', 'myapp is created', 'myapp is stopped', 'Password'])
      expect([words, told.filter((text) => text.includes(words)).length]).toEqual([words, 1])
    expect(live.said(live.ada, live.group)).toHaveLength(2)
  })

  it(
    'an outage of three hours: nothing is carried out, each asker gets one sentence',
    { timeout: 60_000 },
    async (context) => {
      const live = await Live.start(context, mode)
      const grace = live.stage.person('Grace')
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.group, '● myapp · running')
      await live.settled()
      const before = await live.service.traces()
      await live.service.stop()
      live.ada.says(live.group, '/delete myapp')
      live.ada.says(live.group, '/stop@sandpiper_bot myapp')
      live.ada.says(live.ada.direct, '/sandbox port myapp 3000')
      live.ada.presses(live.group, 'Stop')
      live.ada.presses(live.group, 'Delete')
      grace.says(live.group, '/create blog')
      live.pass(3 * HOUR_MS)
      await live.service.serve()
      await live.reads(live.ada, live.ada.direct, /I was away\.[^]*were not carried out/)
      await live.reads(grace, grace.direct, 'I was away. Your create blog of ')
      await vi.waitFor(() => expect(live.peer.delivery.unconfirmed()).toEqual([]), patient)
      await live.settled()
      for (const person of [live.ada, grace])
        expect(live.said(person, person.direct).filter((text) => text.includes('I was away'))).toHaveLength(1)
      const sentence = live.said(live.ada, live.ada.direct).find((text) => text.includes('I was away')) ?? ''
      for (const words of ['delete myapp', 'stop myapp', 'port myapp 3000']) expect(sentence).toContain(words)
      expect(await live.service.traces()).toEqual(before)
      expect(live.column('SELECT verb FROM operation')).toEqual(['create'])
      expect(live.said(live.ada, live.group).join()).not.toContain('Type its name')
    },
  )
})

describe('the connection', () => {
  it(
    'sockets dropped in the middle of an operation: the same message goes on to the end',
    { timeout: 40_000 },
    async (context) => {
      const live = await Live.start(context, 'polling')
      await live.service.incus.hang()
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.ada.direct, 'Creating myapp')
      live.peer.dropSockets()
      await live.service.incus.open()
      live.peer.dropSockets()
      await live.reads(live.ada, live.group, '● myapp · running')
      await live.reads(live.ada, live.ada.direct, 'myapp is created')
      live.peer.dropSockets()
      live.ada.says(live.group, '/stop myapp')
      await live.reads(live.ada, live.group, '○ myapp · stopped')
      expect(
        live.said(live.ada, live.ada.direct).filter((text) => /Creating myapp|myapp is created/.test(text)),
      ).toHaveLength(1)
    },
  )

  it(
    'Telegram away at the start: the console works, and Telegram does when it is there',
    { timeout: 40_000 },
    async (context) => {
      const live = await Live.begin(context, 'polling')
      await live.peer.down()
      await live.service.serve()
      await live.service.ready()
      await live.service.done('create blog', 'ada')
      await vi.waitFor(
        async () => expect(await live.doctor()).toMatch(/✕ telegram: Telegram does not answer[^]*Fix: See whether/),
        patient,
      )
      live.ada.says(live.group, '/create myapp')
      await live.peer.up()
      await live.reads(live.ada, live.group, '● myapp · running')
      expect(await live.doctor()).toMatch(/✓ telegram: up\n {2}Link: https:\/\/t\.me\/sandpiper_bot/)
    },
  )

  it(
    'a token that is revoked: a clear line in the log, doctor knows, the console goes on, what was due is told later',
    { timeout: 40_000 },
    async (context) => {
      const live = await Live.start(context, 'polling')
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.group, '● myapp · running')
      await live.settled()
      live.peer.revokeToken()
      live.peer.dropSockets()
      await live.service.powerOff('myapp')
      await vi.waitFor(
        async () =>
          expect(await live.doctor()).toMatch(/✕ telegram: Telegram refuses the token\n {2}Fix: Ask @BotFather/),
        patient,
      )
      await vi.waitFor(() => expect(live.service.logged('Telegram refuses the token')).not.toEqual([]), patient)
      expect(live.service.log()).not.toContain(live.peer.token)
      await live.service.done('create blog', 'ada')
      live.peer.restoreToken()
      await live.reads(live.ada, live.group, '○ myapp · stopped')
      await live.up()
    },
  )
})

describe('limits', () => {
  it(
    '429 for 30 s on editing: nothing is pressed, the rest goes on, the last state is delivered',
    { timeout: 60_000 },
    async (context) => {
      const live = await Live.start(context, 'polling')
      const grace = live.stage.person('Grace')
      live.peer.limit('editMessageText', 30)
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.ada.direct, 'Login for myapp')
      await vi.waitFor(async () => expect((await live.service.traces()).live).toEqual([]), patient)
      grace.says(grace.direct, '/list')
      await live.reads(grace, grace.direct, 'You have no sandbox yet')
      expect(live.said(live.ada, live.group).join()).not.toContain('running')
      expect(live.peer.callsOf('editMessageText').filter((one) => one.refused !== null).length).toBeLessThan(6)
      live.pass(31_000)
      live.ada.says(live.ada.direct, '/list')
      grace.says(live.group, '/list')
      await live.reads(live.ada, live.group, '● myapp · running')
      await live.reads(live.ada, live.ada.direct, 'myapp is created')
    },
  )

  it(
    'no group hears more than 20 messages a minute, no chat more than one a second',
    { timeout: 60_000 },
    async (context) => {
      const live = await Live.start(context, 'polling')
      for (let index = 0; index < 11; index += 1) live.ada.says(live.group, `/create app${index}`)
      await vi.waitFor(async () => expect((await live.service.traces()).instances).toHaveLength(11), patient)
      await vi.waitFor(async () => expect((await live.service.traces()).live).toEqual([]), patient)
      const sent = live.peer.calls.filter((one) => /^(send|edit)/.test(one.method))
      const inGroup = sent.filter((one) => String(one.parameters['chat_id']) === String(live.group.id))
      const isLogin = (text: unknown): boolean => String(text).includes('Login for')
      // A password goes straight, and waits for nothing.
      const direct = sent
        .filter((one) => String(one.parameters['chat_id']) === String(live.ada.id))
        .filter((one) => !isLogin(one.parameters['text']))
      expect([inGroup.length <= 20, direct.length <= 60]).toEqual([true, true])
    },
  )
})

describe('who may not be written to', () => {
  it(
    'one who never started the bot: a line for the group, and all of it when they do; no secret anywhere',
    { timeout: 40_000 },
    async (context) => {
      const live = await Live.begin(context, 'polling')
      live.peer.world.chats.delete(live.ada.id)
      await live.service.serve()
      await live.service.ready()
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.group, 'An answer is for the one who asked alone')
      await live.reads(live.ada, live.group, '● myapp · running')
      expect(live.said(live.ada, live.group).filter((text) => text.includes('for the one who asked'))).toHaveLength(1)
      const [hint] = live.ada.sees(live.group).filter(({ text }) => text.includes('for the one who asked'))
      live.ada.follows(hint?.rows[0]?.[0]?.url ?? '')
      await live.reads(live.ada, live.ada.direct, 'myapp is created')
      await live.reads(live.ada, live.ada.direct, 'could not send you the login')
      live.ada.presses(live.ada.direct, 'New login')
      await live.reads(live.ada, live.ada.direct, /Password: \S+/)
      const password = /Password: (\S+)/.exec(live.said(live.ada, live.ada.direct).join('\n'))?.[1] ?? 'none'
      expect((await live.service.visit('shelley.myapp.localhost', { user: 'ada', password })).status).toBe(200)
      expect(live.said(live.ada, live.group).join('\n') + live.service.log()).not.toContain(password)
    },
  )

  it(
    'a stranger, by a forged button and by an expired one: a sentence each, and an entry in the audit log',
    { timeout: 40_000 },
    async (context) => {
      const live = await Live.start(context, 'polling')
      live.ada.says(live.group, '/create myapp')
      await live.reads(live.ada, live.group, '● myapp · running')
      const card = live.ada.sees(live.group).findLast(({ rows }) => rows.length > 0)
      if (card === undefined) throw new Error('there is no card')
      live.ada.pressesData(card.source, 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA')
      await vi.waitFor(() => expect(live.ada.toasts.at(-1)?.text).toContain('This button is too old'), patient)
      live.stage.person('Eve').pressesOn(card.source, 'Stop')
      await vi.waitFor(
        () => expect(live.stage.person('Eve').toasts.at(-1)?.text).toContain('I do not know you yet'),
        patient,
      )
      await live.settled()
      live.pass(31 * 24 * HOUR_MS)
      live.ada.pressesOn(card.source, 'Stop')
      await vi.waitFor(
        () => expect(live.ada.toasts.filter(({ text }) => text.includes('too old'))).toHaveLength(2),
        patient,
      )
      expect(live.column("SELECT outcome FROM audit WHERE command = 'press'")).toEqual(['refused', 'refused'])
      expect(await live.service.traces()).not.toEqual(nothing)
      expect(live.column('SELECT verb FROM operation')).toEqual(['create'])
    },
  )
})
