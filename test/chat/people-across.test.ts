import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addGroup, becomeSupergroup } from '../peers/telegram/group.js'
import { TEAM } from '../peers/slack/workspace.js'
import { TestService } from '../service/service.js'
import { DiscordStage } from './discord-stage.js'
import { SlackPerson, SlackStage } from './slack-stage.js'
import type { ChatPerson, Seen } from './stage.js'
import { TelegramStage } from './telegram-stage.js'

const patient = { timeout: 10_000, interval: 25 }

function all(person: ChatPerson): () => readonly Seen[] {
  return () => [...person.channel(), ...person.direct()]
}

async function sees(look: () => readonly Seen[], words: RegExp): Promise<Seen> {
  return vi.waitFor(() => {
    const found = look().findLast(({ text }) => words.test(text))
    if (found !== undefined) return found
    throw new Error(
      `nobody sees ${words}, but:\n${look()
        .map(({ text }) => text)
        .join('\n\n')}`,
    )
  }, patient)
}

function textOf(person: ChatPerson): string {
  return all(person)()
    .map(({ text }) => text)
    .join('\n\n')
}

describe('one team on Slack and on Telegram at once', () => {
  const slack = new SlackStage('socket')
  const telegram = new TelegramStage('polling')
  const { ada, grace, eve } = slack.people
  let service: TestService

  beforeAll(async () => {
    await slack.start()
    await telegram.start()
    const people = { admins: [ada.identity], members: [grace.identity] }
    service = new TestService(undefined, { ...slack.config(), ...telegram.config() }, people)
    await service.start()
    await service.serve()
    await slack.joined()
    await service.ready()
  }, 30_000)
  afterAll(async () => {
    await service.close()
    await slack.close()
    await telegram.close()
  })

  it('pairs an admin by a code of the host, in a direct message; in a group the code is void', async () => {
    const { eve: other } = telegram.people
    const seen = await service.asks<{ code: string }>('/pair')
    await other.says(`pair ${seen.code}`)
    await sees(all(other), /goes into a direct message[^]*does not work any more/)
    await other.says(`pair ${seen.code}`, 'direct')
    await sees(other.direct, /That code is wrong/)

    const { code } = await service.asks<{ code: string }>('/pair')
    await other.says(`pair ${code}`, 'direct')
    await sees(other.direct, /You are an admin now/)
    await eve.says('admin grants')
    await sees(all(eve), /I do not know you yet/)
    expect(service.log()).not.toContain(code)
  })

  it('links two accounts: what one owns on Slack is there on Telegram, and nowhere a code in a channel', async () => {
    const phone = telegram.people.grace
    await grace.says('create blog')
    await sees(slack.people.ada.channel, /● blog · running/)
    await phone.says('list', 'direct')
    await sees(phone.direct, /I do not know you yet/)
    await grace.says('link')
    const { text } = await sees(grace.direct, /Your code/)
    const code = /link ([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(text)?.[1] ?? ''
    expect(code).not.toBe('')
    expect(
      textOf(ada) +
        textOf(eve) +
        grace
          .channel()
          .map((one) => one.text)
          .join(),
    ).not.toContain(code)
    await phone.says(`link ${code}`, 'direct')
    await sees(phone.direct, /You are grace here too/i)
    await sees(grace.direct, /Your code was sent from/)
    await phone.says('list', 'direct')
    await sees(phone.direct, /Your sandboxes: 1[^]*blog/)
    await phone.says('stop blog', 'direct')
    await sees(phone.direct, /○ blog · stopped/)
    expect(service.log()).not.toContain(code)
  })

  it('shares a sandbox across: the login comes by direct message there, opens the agent, and ends with the share', async () => {
    const other = telegram.people.ada
    const friend = telegram.person('Ada').id
    await ada.says(`admin grant telegram:${friend} member`)
    await sees(all(ada), /is a member now/)
    await other.says('whoami', 'direct')
    await sees(other.direct, /You are Ada/)
    await ada.says('create myapp')
    await sees(ada.channel, /● myapp · running/)
    await ada.says(`share myapp telegram:${friend}`)
    await sees(all(ada), /myapp is shared with Ada/)
    await sees(other.direct, /shares myapp with you/)
    const { text } = await sees(other.direct, /Login for myapp's agent[^]*Password/)
    const login = {
      user: /User\W+([a-z0-9._-]+)/.exec(text)?.[1] ?? '',
      password: /Password\W+([a-z0-9-]+)/.exec(text)?.[1] ?? '',
    }
    expect(textOf(ada)).not.toContain(login.password)
    await vi.waitFor(
      async () => expect((await service.visit('shelley.myapp.localhost', login)).status).toBe(200),
      patient,
    )
    await ada.says(`share myapp telegram:${friend} --remove`)
    await sees(other.direct, /took you out/)
    await vi.waitFor(
      async () => expect((await service.visit('shelley.myapp.localhost', login)).status).toBe(401),
      patient,
    )
  })

  it('hands a sandbox over across: with consent, by a button there', async () => {
    const other = telegram.people.ada
    await ada.says(`transfer myapp telegram:${telegram.person('Ada').id}`)
    const offer = await sees(other.direct, /wants to hand myapp over to you/)
    await other.presses(offer, 'Accept')
    await sees(ada.direct, /myapp is Ada's now/)
    await other.says('list', 'direct')
    await sees(other.direct, /Your sandboxes: 1[^]*myapp/)
  })

  it('does not know a Slack user of another workspace who has the same id', async () => {
    const twin = slack.peer.person('ada', { id: ada.hands.user.id, team: 'TOTHER' })
    const stranger = new SlackPerson(twin)
    stranger.room = slack.general
    slack.general.members.add(`TOTHER:${twin.user.id}`)
    expect([twin.user.id, twin.user.team === TEAM]).toEqual([ada.hands.user.id, false])
    const before = await service.traces()
    await stranger.says('create hers')
    await stranger.says('admin grant slack:TOTHER:U1 admin')
    await vi.waitFor(() => {
      expect(service.audited('slack:TOTHER')).toMatchObject({ outcome: 'refused', person: null })
    }, patient)
    expect(await service.traces()).toEqual(before)
  })

  it('moves what was granted to a group along when it becomes a supergroup', async () => {
    const { peer } = telegram
    const [linus, ken] = [peer.person('Linus'), peer.person('Ken')]
    for (const person of [linus, ken]) person.opens()
    const small = addGroup(peer.world, 'Small', [linus, ken])
    const told = (person: typeof linus) => (): readonly Seen[] =>
      person.sees(person.direct).map(({ text }, at) => ({ id: String(at), text, buttons: [], files: [] }))
    linus.says(small, '/whoami@sandpiper_bot')
    await sees(told(linus), /I do not know you yet/)
    await ada.says(`admin grant room:telegram:${small.id} member`)
    await sees(all(ada), new RegExp(`Everybody in room:telegram:${small.id}`))
    linus.says(small, '/whoami@sandpiper_bot')
    await sees(told(linus), /You are Linus/)
    const bigger = becomeSupergroup(peer.world, small)
    ken.says(bigger, '/whoami@sandpiper_bot')
    await sees(told(ken), /You are Ken/)
  })
})

describe('somebody on Discord who has lost the role that let them in', () => {
  const discord = new DiscordStage()
  const { ada, eve } = discord.people
  let service: TestService

  beforeAll(async () => {
    await discord.start()
    service = new TestService(undefined, discord.config(), { admins: [ada.identity], members: [] })
    await service.start()
    await service.serve()
    await discord.joined()
    await service.ready()
  }, 30_000)
  afterAll(async () => {
    await service.close()
    await discord.close()
  })

  it('is in with it, in direct messages too; without it out, in both', async () => {
    const { user } = eve.person
    await ada.says('admin grant group:discord:4242 member')
    await sees(all(ada), /Everybody in group:discord:4242/)
    await eve.says('whoami')
    await sees(all(eve), /I do not know you yet/)
    user.roles = ['4242']
    await eve.says('create shop')
    await sees(ada.channel, /● shop · running/)
    await eve.says('show shop', 'direct')
    await sees(eve.direct, /● shop · running/)
    user.roles = []
    await eve.says('stop shop')
    await vi.waitFor(() => expect(service.audited('"command":"stop"')).toMatchObject({ outcome: 'refused' }), patient)
    await eve.says('restart shop', 'direct')
    await vi.waitFor(
      () => expect(eve.direct().some(({ text }) => text.includes('I do not know you yet'))).toBe(true),
      patient,
    )
    expect((await service.visit('shop.localhost')).status).toBe(200)
  })
})

describe('a user group of Slack', () => {
  const slack = new SlackStage('socket')
  const { ada, eve, grace } = slack.people
  let service: TestService

  beforeAll(async () => {
    await slack.start()
    const access = { admins: [ada.identity, 'console:ada'], on_leave: 'at-once' }
    service = new TestService(undefined, { ...slack.config(), access })
    await service.start()
    await service.serve()
    await slack.joined()
    await service.ready()
  }, 30_000)
  afterAll(async () => {
    await service.close()
    await slack.close()
  })

  it('lets its members in, as Slack says it from moment to moment', async () => {
    await slack.peer.group('S0DEVS', [grace.hands])
    await ada.says(`admin grant group:slack:${TEAM}:S0DEVS member`)
    await sees(all(ada), /Everybody in group:slack:T0SAND:S0DEVS/)
    await grace.says('create shop')
    await sees(ada.channel, /● shop · running/)
    await eve.says('whoami')
    await sees(all(eve), /I do not know you yet/)
    await slack.peer.group('S0DEVS', [eve.hands])
    await vi.waitFor(async () => {
      await eve.says('whoami', 'direct')
      expect(textOf(eve)).toContain('You are eve')
    }, patient)
    await grace.says('stop shop')
    await sees(all(grace), /I do not know you yet/)
    expect((await service.visit('shop.localhost')).status).toBe(200)
  })

  it('is nothing to somebody whose account is deactivated: they are out, and their sandboxes stop', async () => {
    await slack.peer.group('S0DEVS', [grace.hands])
    await grace.says('show shop')
    await sees(all(grace), /● shop · running/)
    await slack.peer.deactivate(grace.hands)
    await vi.waitFor(async () => expect((await service.visit('shop.localhost')).status).toBe(503), patient)
    await sees(ada.direct, /grace is taken out[^]*Stopped: shop/)
    expect(service.audited('"command":"left"')).toMatchObject({ identity: 'host', outcome: 'done' })
  })
})
