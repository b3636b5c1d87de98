import { describe, expect, it } from 'vitest'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const direct = { isPrivate: true }
const admin = 'slack:T1:ADA'
const world = (access: Parameters<typeof settingsWith>[0] = { admins: [identity(admin)] }): PeopleWorld =>
  new PeopleWorld(settingsWith(access))

describe('pairing', () => {
  const paired = (made: PeopleWorld): string => {
    const { code, seal } = made.codes.make()
    const expiresAt = new Date(made.now.getTime() + 600_000)
    made.commit({ edit: 'code.put', code: { seal, purpose: 'pair', person: null, expiresAt } })
    return code
  }

  it('makes an admin of a stranger who sends the code in a direct message, once', async () => {
    const made = world({})
    const code = paired(made)
    expect(await made.say('telegram:5', 'list', direct)).toContain('I do not know you yet')
    expect(await made.say('telegram:5', `pair ${code.toLowerCase()}`, direct)).toContain('You are an admin now')
    expect(await made.say('telegram:5', 'admin grants', direct)).toContain('telegram:5  5 · admin')
    expect(await made.say('telegram:6', `pair ${code}`, direct)).toContain('That code is wrong, was used, or is older')
  })

  it('voids a code that others may have read', async () => {
    const made = world({})
    const code = paired(made)
    expect(await made.say('slack:T1:U1', `pair ${code}`)).toContain('This one does not work any more')
    expect(await made.say('slack:T1:U1', `pair ${code}`, direct)).toContain('That code is wrong')
  })

  it('takes no code that is late, and keeps none anywhere', async () => {
    const made = world({})
    const code = paired(made)
    const dump = (): string => JSON.stringify(made.db.prepare('SELECT * FROM inbox').all())
    made.later(600_000)
    expect(await made.say('slack:T1:U1', `pair ${code}`, direct)).toContain('That code is wrong')
    expect([dump().includes(code), dump().includes('seal:')]).toEqual([false, true])
    expect(JSON.stringify(made.audit.list(9))).not.toContain(code)
  })

  it('is guessed by nobody: five wrong codes, then a wait; one who waits is heard again', async () => {
    const made = world({})
    const code = paired(made)
    for (let n = 0; n < 5; n += 1) await made.say('discord:9', `pair AAAA-AAA${n}`, direct)
    expect(await made.say('discord:9', `pair ${code}`, direct)).toContain('Too many wrong codes')
    expect(await made.say('discord:8', `pair ${code}`, direct)).toContain('You are an admin now')
    const next = paired(made)
    made.later(600_001)
    expect(await made.say('discord:9', `pair ${next}`, direct)).toContain('That code is wrong')
  })

  it('does not take the seal for the code, which whoever reads the database has', async () => {
    const made = world({})
    const seal = made.codes.seal(paired(made))
    expect(await made.say('slack:T1:U1', `pair ${seal}`, direct)).toContain('That code is wrong')
  })
})

describe('grants by command', () => {
  it('let in a user, a role, a room, a workspace; with an end; and are taken back', async () => {
    const made = world()
    expect(await made.say('slack:T1:U1', 'whoami')).toContain('I do not know you yet')
    expect(await made.say(admin, 'admin grant <@U1|grace> member --until 2d')).toContain(
      '`slack:T1:U1` is a member now, until 2026-06-03 12:00 UTC.',
    )
    expect(await made.say('slack:T1:U1', 'whoami')).toContain('member')
    made.later(2 * 24 * 3_600_000)
    expect(await made.say('slack:T1:U1', 'whoami')).toContain('I do not know you yet')

    await made.say(admin, 'admin grant group:discord:R1 list,show')
    const role = { groups: ['R1'] }
    expect(await made.say('discord:7', 'whoami', role)).toContain('You are 7')
    expect(await made.say('discord:7', 'create myapp', role)).toContain('`create` is not among what you may use here')
    expect(await made.say('discord:7', 'whoami', direct)).toContain('You are 7')
    expect(await made.say('discord:7', 'whoami')).toContain('I do not know you yet')
    expect(await made.say('discord:7', 'whoami', direct)).toContain('I do not know you yet')

    await made.say(admin, 'admin grant here member', { room: 'C9' })
    expect(await made.say('slack:T1:U2', 'whoami', { room: 'C9' })).toContain('You are U2')
    expect(await made.say('slack:T2:U2', 'whoami', { room: 'C9' })).toContain('I do not know you yet')
    expect(await made.say(admin, 'admin revoke room:slack:T1:C9')).toContain('Taken back')
    expect(await made.say('slack:T1:U2', 'whoami', { room: 'C9' })).toContain('I do not know you yet')
  })

  it('name nobody by a name that anybody could choose', async () => {
    const made = world()
    made.meet('slack:T1:GRACE')
    expect(await made.say(admin, 'admin grant grace admin')).toContain('Did you mean `slack:T1:GRACE`?')
    expect(made.state.grants).toEqual([])
  })

  it('give no command alone that needs an admin, nor one that is none', async () => {
    const made = world()
    expect(await made.say(admin, 'admin grant slack:T1:U1 list,sync')).toContain('`sync` needs an admin')
    expect(await made.say(admin, 'admin grant slack:T1:U1 list,dance')).toContain('I do not know `dance`')
  })

  it('give way to config.toml, and say so', async () => {
    const made = world({ admins: [identity(admin)], members: [identity('slack:T1:U1')] })
    const wins = 'config.toml gives `slack:T1:U1` member, and it wins'
    expect(await made.say(admin, 'admin grant slack:T1:U1 admin')).toContain(wins)
    expect(await made.say(admin, 'admin revoke slack:T1:U1')).toContain(wins)
    expect(await made.say(admin, 'admin grants')).toContain('config.toml')
  })

  it('never take out the last admin', async () => {
    const made = world({})
    made.commit({
      edit: 'grant.put',
      grant: { to: { kind: 'user', platform: 'telegram', workspace: '', id: '1' }, gives: 'admin', until: null },
      by: null,
      at: made.now,
    })
    for (const words of ['revoke telegram:1', 'grant telegram:1 member', 'grant --until 2d telegram:1 admin']) {
      expect(await made.say('telegram:1', `admin ${words}`)).toContain('That is the last admin')
    }
    await made.say('telegram:1', 'admin grant --until 2d telegram:2 admin')
    expect(await made.say('telegram:1', 'admin revoke telegram:1')).toContain('That is the last admin')
    await made.say('telegram:1', 'admin grant telegram:2 admin')
    expect(await made.say('telegram:1', 'admin revoke telegram:1')).toContain('Taken back')
    expect(await made.say('telegram:1', 'admin grants')).toContain('I do not know you yet')
  })
})

describe('a place for commands', () => {
  it('is where all see what goes on; elsewhere the answer is for the asker alone', async () => {
    const made = world()
    await made.say(admin, 'create one', { room: 'C1' })
    const inChannel = (): readonly string[] =>
      [...(made.platforms.get('slack')?.texts ?? [])].filter(([ref]) => ref.includes('/all/')).map(([, text]) => text)
    expect(inChannel()).toEqual(['ADA is creating one.'])
    await made.say(admin, 'admin room here on', { room: 'C9' })
    expect(await made.say(admin, 'create two', { room: 'C1' })).toContain('Creating two')
    expect(inChannel()).toEqual(['ADA is creating one.'])
    await made.say(admin, 'create three', { room: 'C9' })
    expect(inChannel()).toEqual(['ADA is creating one.', 'ADA is creating three.'])
    expect(await made.say(admin, 'admin room room:slack:T1:C9 off')).toContain('in the open everywhere')
  })
})

describe('a stranger', () => {
  it('gets one sentence and leaves one entry a day', async () => {
    const made = world()
    for (const words of ['list', 'dance', 'create x1', 'delete x1']) {
      expect(await made.say('slack:T1:EVE', words)).toMatch(/^I do not know you yet[^.]*\.[^.]*\.?$/)
    }
    expect(made.audit.list(9)).toHaveLength(1)
    made.later(24 * 3_600_000 + 1)
    await made.say('slack:T1:EVE', 'list')
    expect(made.audit.list(9)).toHaveLength(2)
    expect(made.state.persons).toEqual([])
  })
})
