import { dirname, join } from 'node:path'
import { describe, expect, it, vi, type TestContext } from 'vitest'
import { ask } from '../../src/cli/ask.js'
import type { PlatformLine } from '../../src/control.js'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import type { Interaction } from '../peers/discord/interactions.js'
import type { Person } from '../peers/discord/person.js'
import type { Shown } from '../peers/discord/shown.js'
import { TestService } from '../service/service.js'
import { DiscordStage } from './discord-stage.js'

const patient = { timeout: 15_000, interval: 20 }
const HOUR_MS = 3_600_000

interface Together {
  readonly stage: DiscordStage
  readonly service: TestService
  readonly ada: Person
  readonly grace: Person
}

/** The whole service on a strict Discord; `before` runs while it is not there yet. */
async function together(
  { onTestFinished }: TestContext,
  before: (stage: DiscordStage) => void = () => undefined,
): Promise<Together> {
  const stage = new DiscordStage()
  await stage.start()
  before(stage)
  const { ada, grace } = stage.people
  const service = new TestService(undefined, stage.config(), { admins: [ada.identity], members: [grace.identity] })
  onTestFinished(async () => {
    const log = service.log()
    await service.close()
    await stage.close()
    for (const { token } of stage.peer.interactions.all.values()) expect(log).not.toContain(token)
  })
  await service.start()
  await service.serve()
  await service.ready()
  return { stage, service, ada: ada.person, grace: grace.person }
}

async function joined(context: TestContext): Promise<Together> {
  const all = await together(context)
  await all.stage.joined()
  return all
}

function seen(person: Person, stage: DiscordStage): readonly Shown[] {
  return [...person.sees(stage.channel), ...person.direct].filter((one) => !one.isLoading)
}

async function sees(person: Person, stage: DiscordStage, words: RegExp): Promise<Shown> {
  return vi.waitFor(() => {
    const message = seen(person, stage).findLast(({ text }) => words.test(text))
    const all = seen(person, stage).map(({ text }) => text)
    if (message === undefined) throw new Error(`nobody sees ${words}, but:\n${all.join('\n\n')}`)
    return message
  }, patient)
}

function times(person: Person, stage: DiscordStage, words: RegExp): number {
  return seen(person, stage).filter(({ text }) => words.test(text)).length
}

async function created({ ada, stage }: Together, name: string): Promise<void> {
  ada.command(stage.channel, `create ${name}`)
  await sees(ada, stage, new RegExp(`● ${name} · running`))
}

async function doctor(service: TestService): Promise<PlatformLine | undefined> {
  const lines = await ask<PlatformLine[]>(join(dirname(service.stateFolder), 'control', 'socket'), '/doctor')
  return lines.find(({ name }) => name === 'discord')
}

function audit(service: TestService): readonly { readonly command: string; readonly outcome: string }[] {
  const db = new Sqlite(join(service.stateFolder, 'state.db'), { readonly: true })
  try {
    return db.prepare<[], { command: string; outcome: string }>('SELECT command, outcome FROM audit').all()
  } finally {
    db.close()
  }
}

describe('many at once', () => {
  it('50 commands at once while Incus hangs: all acknowledged in 500 ms, none lost, none doubled', async (context) => {
    const all = await joined(context)
    const { stage, service, ada, grace } = all
    await created(all, 'myapp')
    // Node compiles what runs often, and the double its schemas: not while times are taken.
    for (let count = 0; count < 30; count += 1) grace.command(stage.channel, 'whoami')
    await vi.waitFor(() => expect(times(grace, stage, /You are Grace/)).toBe(30), patient)
    await service.incus.hang()
    const before = stage.peer.interactions.all.size
    const used = process.cpuUsage()
    const asked: Interaction[] = [
      ...['one', 'two'].map((name) => ada.command(stage.channel, `create ${name}`)),
      ...Array.from({ length: 24 }, () => ada.command(stage.channel, 'whoami')),
      ...Array.from({ length: 24 }, () => grace.command(stage.channel, 'list')),
    ]
    await vi.waitFor(() => expect(asked.filter(({ ackMs }) => ackMs === null)).toEqual([]), patient)
    // Where others have the cores, what this process took of them counts, the double's part included.
    const { user, system } = process.cpuUsage(used)
    const slowest = Math.max(...asked.map(({ ackMs }) => ackMs ?? Infinity))
    expect(Math.min(slowest, (user + system) / 1000)).toBeLessThan(500)
    await sees(ada, stage, /Creating one[^]*Waiting: the host’s Incus/)
    service.ahead += 60_000
    await service.incus.open()
    await sees(ada, stage, /● one · running/)
    await sees(ada, stage, /● two · running/)
    await vi.waitFor(() => expect(times(ada, stage, /You are Ada/)).toBe(24), patient)
    await vi.waitFor(() => expect(times(grace, stage, /You have no sandbox yet/)).toBe(24), patient)
    await vi.waitFor(() => expect(times(ada, stage, /(one|two) is created/)).toBe(2), patient)
    expect((await service.traces()).rows).toEqual(['myapp', 'one', 'two'])
    expect(stage.peer.interactions.all.size - before).toBe(50)
    expect([stage.peer.failed, stage.peer.refusals]).toEqual([[], []])
  })
})

describe.concurrent('what Discord does to a bot', () => {
  it('a socket dropped in the middle: the operation goes on, and so does what is asked meanwhile', async (context) => {
    const all = await joined(context)
    const { stage, service, ada } = all
    await service.incus.hang()
    ada.command(stage.channel, 'create myapp')
    await sees(ada, stage, /Creating myapp/)
    stage.peer.gateway.drop()
    const missed = ada.command(stage.channel, 'whoami')
    await service.incus.open()
    await sees(ada, stage, /● myapp · running/)
    await sees(ada, stage, /You are Ada/)
    expect(missed.response).not.toBeNull()
    expect(stage.peer.gateway.resumed).toBe(1)
  })

  it('what a resume brings too late to be answered there is answered by direct message', async (context) => {
    const { stage, ada } = await joined(context)
    stage.peer.gateway.drop()
    const late = [
      ada.command(stage.channel, 'whoami'),
      ada.command(stage.channel, 'port'),
      ada.command(stage.channel, 'show'),
    ]
    stage.peer.clock.pass(4000)
    await vi.waitFor(() => expect(ada.direct.some(({ text }) => text.includes('You are Ada'))).toBe(true), patient)
    await vi.waitFor(
      () => expect(ada.direct.flatMap(({ buttons }) => buttons.map(({ label }) => label))).toContain('Port'),
      patient,
    )
    expect(stage.peer.failed).toEqual(late)
    expect(ada.sees(stage.channel)).toEqual([])
  })

  it('a session that cannot be resumed begins anew', { timeout: 30_000 }, async (context) => {
    const { stage, ada } = await joined(context)
    stage.peer.gateway.resumes = false
    stage.peer.gateway.askToReconnect()
    await vi.waitFor(() => expect(stage.peer.gateway.identifies).toHaveLength(2), patient)
    await vi.waitFor(() => expect(stage.peer.gateway.connected).toBe(1), patient)
    ada.command(stage.channel, 'whoami')
    await sees(ada, stage, /You are Ada/)
    // Nothing had changed: the commands were not registered again.
    expect(stage.peer.answered.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(2)
  })

  it('every delivery doubled: each is carried out and answered once', async (context) => {
    const { stage, service, ada } = await joined(context)
    stage.peer.deliveries = 2
    ada.command(stage.channel, 'create myapp')
    await sees(ada, stage, /● myapp · running/)
    await sees(ada, stage, /myapp is created/)
    const [card] = ada.sees(stage.channel).filter(({ text }) => text.includes('● myapp'))
    ada.press(card as Shown, 'Stop')
    await sees(ada, stage, /myapp is stopped/)
    expect(times(ada, stage, /myapp is (created|stopped)/)).toBe(2)
    expect(times(ada, stage, /under way/)).toBe(0)
    expect((await service.traces()).rows).toEqual(['myapp'])
  })

  it('429 on every edit for 30 s: waited for, and the last state is delivered', async (context) => {
    const { stage, service, ada } = await joined(context)
    stage.peer.limits.force(/^PATCH/, 30_000)
    ada.command(stage.channel, 'create myapp')
    await vi.waitFor(async () => expect((await service.visit('myapp.localhost')).status).toBe(200), patient)
    expect(times(ada, stage, /myapp is created/)).toBe(0)
    stage.peer.clock.pass(31_000)
    service.ahead += 31_000
    ada.command(stage.channel, 'whoami')
    await sees(ada, stage, /myapp is created/)
    await sees(ada, stage, /● myapp · running/)
    // One for each message that was to be edited: nobody knocked again before it was time.
    expect(stage.peer.refusals.length).toBeLessThanOrEqual(4)
  })

  it('keeps within the limits by itself, however much there is to tell', async (context) => {
    const { stage, ada } = await joined(context)
    for (const name of ['one', 'two', 'three', 'four']) ada.command(stage.channel, `create ${name}`)
    for (const name of ['one', 'two', 'three', 'four']) await sees(ada, stage, new RegExp(`● ${name} · running`))
    expect(stage.peer.limits.refused).toBe(0)
  })

  it('a revoked token: a clear line in the log, doctor says what to do, and the console goes on', async (context) => {
    const { stage, service, ada } = await joined(context)
    stage.peer.revokeToken()
    await vi.waitFor(async () => expect((await doctor(service))?.health.state).toBe('down'), patient)
    expect((await doctor(service))?.health).toMatchObject({
      reason: 'Discord refuses the bot token',
      fix: expect.stringContaining('[discord] token_file') as string,
    })
    expect(service.logged('Discord refuses the bot token')).not.toEqual([])
    expect(service.log()).not.toContain(stage.peer.token)
    await service.done('create myapp')
    expect(ada.sees(stage.channel)).toEqual([])
  })

  it('not there at the start: it begins when Discord is back, without anybody doing anything', async (context) => {
    const { stage, service, ada } = await together(context, (before) => before.peer.down())
    await vi.waitFor(async () => expect((await doctor(service))?.health.state).toBe('down'), patient)
    await service.done('create blog')
    stage.peer.up()
    await stage.joined()
    await vi.waitFor(async () => expect((await doctor(service))?.health.state).toBe('up'), patient)
    ada.command(stage.channel, 'whoami')
    await sees(ada, stage, /You are Ada/)
    expect((await doctor(service))?.invitation).toContain(`client_id=${stage.peer.world.applicationId}`)
  })

  it('away for three hours: what piled up is not carried out, and each asker is told so once', async (context) => {
    const all = await joined(context)
    const { stage, service, ada, grace } = all
    await created(all, 'blog')
    stage.peer.gateway.drop()
    ada.command(stage.channel, 'delete blog --confirm blog', 3 * HOUR_MS)
    ada.command(stage.channel, 'stop blog', 3 * HOUR_MS)
    ada.command(stage.channel, 'delete blog', 3 * HOUR_MS)
    grace.command(stage.channel, 'create hers', 3 * HOUR_MS)
    await sees(ada, stage, /I was away[^]*delete blog[^]*stop blog/)
    await sees(grace, stage, /I was away[^]*create hers/)
    expect([times(ada, stage, /I was away/), times(grace, stage, /I was away/)]).toEqual([1, 1])
    expect((await service.traces()).rows).toEqual(['blog'])
    expect((await service.visit('blog.localhost')).status).toBe(200)
  })

  it('an answer that outlives its token goes on in the direct messages', async (context) => {
    const { stage, service, ada } = await joined(context)
    await service.incus.hang()
    ada.command(stage.channel, 'create myapp')
    await sees(ada, stage, /Creating myapp/)
    stage.peer.clock.pass(16 * 60_000)
    await service.incus.open()
    await vi.waitFor(() => expect(ada.direct.some(({ text }) => text.includes('myapp is created'))).toBe(true), patient)
    await sees(ada, stage, /● myapp · running/)
  })

  it('a channel that the bot may not write in: the asker has their answer, and all see theirs by it', async (context) => {
    const { stage, ada, grace } = await joined(context)
    stage.channel.canSend = false
    stage.channel.canView = false
    ada.command(stage.channel, 'create myapp')
    await sees(ada, stage, /myapp is created/)
    const card = await sees(grace, stage, /● myapp · running/)
    expect(card.isForOne).toBe(false)
  })

  it('a button is judged by the rights of who presses it; a forged one is refused, and written down', async (context) => {
    const all = await joined(context)
    const { stage, service, ada, grace } = all
    await created(all, 'myapp')
    const card = await sees(grace, stage, /● myapp · running/)
    grace.forge(card, 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA')
    await sees(grace, stage, /This button is too old/)
    expect(times(ada, stage, /This button is too old/)).toBe(0)
    expect(audit(service)).toContainEqual({ command: 'press', outcome: 'refused' })
    grace.press(card, 'Stop')
    await sees(grace, stage, /Only myapp's owner/)
    // After 30 days every button is too old.
    service.ahead += 31 * 24 * HOUR_MS
    ada.press(card, 'Restart')
    await sees(ada, stage, /This button is too old/)
  })

  it('commands are completed: sandboxes of one’s own, and commands', async (context) => {
    const all = await joined(context)
    const { stage, ada, grace } = all
    await created(all, 'myapp')
    const asked = [
      ada.complete(stage.channel, 'stop m'),
      grace.complete(stage.channel, 'stop m'),
      ada.complete(stage.channel, 'help cre'),
    ]
    await vi.waitFor(() => expect(asked.every(({ choices }) => choices !== null)).toBe(true), patient)
    expect(asked.map(({ choices }) => choices?.map(({ value }) => value))).toEqual([
      ['myapp'],
      [],
      ['create', 'credentials'],
    ])
  })
})
