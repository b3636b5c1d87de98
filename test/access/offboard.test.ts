import { describe, expect, it } from 'vitest'
import { Endings } from '../../src/bot/endings.js'
import { entrantsOf } from '../../src/core/sharing.js'
import type { AccessSettings } from '../../src/core/state.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const admin = 'slack:T1:ADA'
const grace = 'slack:T1:GRACE'
const linus = 'slack:T1:LINUS'
const phone = 'telegram:7'
const direct = { isPrivate: true }
const DAY = 24 * 3_600_000

/** Ada is the admin. Linus has a running and a stopped sandbox, and shares Grace's. */
async function team(access: Partial<AccessSettings> = {}): Promise<PeopleWorld> {
  const made = new PeopleWorld(settingsWith({ admins: [identity(admin)], members: [identity(grace)], ...access }))
  for (const who of [admin, grace, linus]) {
    const { id } = made.meet(who)
    const key = {
      id: `k-${id}`,
      person: id,
      type: 'ssh-ed25519',
      blob: id,
      comment: '',
      fingerprint: id,
      addedAt: made.now,
    }
    made.commit({ edit: 'key.add', key })
  }
  await made.say(admin, `admin grant ${linus} member`)
  made.give(linus, 'runs')
  made.give(linus, 'rests', { power: 'stopped' })
  made.give(grace, 'hers')
  await made.say(grace, `share hers ${linus}`)
  made.poked.length = 0
  return made
}
const entrants = (made: PeopleWorld, name: string): readonly string[] => [...entrantsOf(made.state, made.sandbox(name))]
const accounts = (made: PeopleWorld, name: string): readonly string[] =>
  made.sandbox(name).spec.accounts.map((one) => one.person)
function sweep(made: PeopleWorld): void {
  const { store, announcer, trail } = made
  new Endings({ store, announcer, trail, sync: { poke: () => undefined }, clock: { now: () => made.now } }).sweep()
}

describe('admin offboard', () => {
  it('ends grants, keys and logins, stops what runs, and tells those whom it concerns', async () => {
    const made = await team()
    const told = await made.say(admin, `admin offboard ${linus}`)
    expect(told).toContain('LINUS is taken out')
    expect(told).toContain('Stopped: `runs`.')
    expect(told).toContain('No longer shared with them: `hers`.')
    expect(await made.say(linus, 'list')).toContain('I do not know you yet')
    for (const name of ['runs', 'rests']) expect([entrants(made, name), accounts(made, name)]).toEqual([[], []])
    expect(entrants(made, 'hers')).toEqual([made.person(grace).id])
    expect(accounts(made, 'hers')).toEqual([made.person(grace).id])
    expect([made.sandbox('runs').ask, made.sandbox('rests').ask]).toEqual([{ power: 'stop' }, null])
    expect(made.poked.toSorted()).toEqual(['sb-hers', 'sb-rests', 'sb-runs'])
    expect(await made.textsTo(grace)).toContain('LINUS is out of hers')
    expect(made.audit.list(1, { command: 'admin' })).toMatchObject([
      { command: 'admin', args: { action: 'offboard' }, outcome: 'done' },
    ])
  })

  it('passes the sandboxes to an heir, and restarts what runs, so that what is open ends', async () => {
    const made = await team()
    expect(await made.say(admin, `admin offboard ${linus} --heir grace`)).toContain(
      "GRACE's now, and restarted: `rests`, `runs`",
    )
    for (const name of ['runs', 'rests']) {
      expect(made.sandbox(name).owner).toBe(made.person(grace).id)
      expect(accounts(made, name)).toEqual([made.person(grace).id])
    }
    expect([made.sandbox('runs').ask?.power, made.sandbox('rests').ask]).toEqual(['restart', null])
    expect(await made.textsTo(grace)).toContain('runs is yours now')
  })

  it('is taken back for a time: with the sandboxes, the grants, the keys and what was shared', async () => {
    for (const words of [`admin offboard ${linus}`, `admin offboard ${linus} --heir grace`]) {
      const made = await team()
      await made.say(admin, words)
      made.commit({ edit: 'sandbox.note', id: 'sb-runs', facts: { ask: null, power: 'stopped' } })
      made.later(29 * DAY)
      sweep(made)
      expect(await made.press(admin, 'Bring LINUS back')).toContain('LINUS is back')
      const { id } = made.person(linus)
      for (const name of ['runs', 'rests']) {
        expect([made.sandbox(name).owner, entrants(made, name), accounts(made, name)]).toEqual([id, [id], [id]])
      }
      expect(entrants(made, 'hers')).toEqual([made.person(grace).id, id])
      expect(await made.say(linus, 'list')).toContain('runs')
    }
  })

  it('starts again what it stopped, and nothing else', async () => {
    const made = await team()
    await made.say(admin, `admin offboard ${linus}`)
    made.commit({ edit: 'sandbox.note', id: 'sb-runs', facts: { ask: null, power: 'stopped' } })
    await made.say(admin, `admin restore ${linus}`)
    expect([made.sandbox('runs').ask, made.sandbox('rests').ask]).toEqual([{ power: 'start' }, null])
  })

  it('is for good after that time: keys and grants are gone, and nobody comes back by a role', async () => {
    const made = await team({
      grants: [{ to: { kind: 'workspace', platform: 'slack', workspace: 'T1', id: '' }, gives: 'member', until: null }],
    })
    await made.say(admin, `admin offboard ${linus}`)
    made.later(30 * DAY)
    sweep(made)
    expect(made.state.keys.map((key) => key.person)).not.toContain(made.person(linus).id)
    expect(made.state.grants).toEqual([])
    expect(await made.say(linus, 'list')).toContain('I do not know you yet')
    const entries = made.audit.list(99).length
    sweep(made)
    expect(made.audit.list(99)).toHaveLength(entries)
    expect(await made.say(admin, `admin grant ${linus} member`)).toContain('was taken out. To bring them back')
    expect(await made.say(admin, `admin restore ${linus}`)).toContain('LINUS is back')
    expect(await made.say(linus, 'list')).toContain('runs')
  })

  it('does not give back what was handed on or shared anew meanwhile', async () => {
    const made = await team()
    await made.say(admin, `admin offboard ${linus} --heir grace`)
    await made.say(grace, 'delete rests --confirm rests')
    await made.say(grace, `transfer runs ${admin}`)
    await made.press(admin, 'Accept', direct)
    await made.say(admin, `admin restore ${linus}`)
    expect(made.sandbox('runs').owner).toBe(made.person(admin).id)
    expect(made.sandbox('rests')).toMatchObject({ owner: made.person(grace).id, phase: 'deleting' })
  })

  it('is refused for the last admin, for oneself, and with an heir who is out', async () => {
    const made = await team()
    expect(await made.say(admin, `admin offboard ${admin}`)).toContain('Another admin has to take you out')
    await made.say(admin, 'admin grant telegram:1 admin')
    made.meet('telegram:1')
    await made.say(admin, `admin offboard ${linus}`)
    expect(await made.say(admin, `admin offboard ${grace} --heir ${linus}`)).toContain('LINUS cannot be the heir')
    expect(await made.say(admin, `admin offboard ${linus}`)).toContain('is taken out already')
    const alone = await team({ admins: [] })
    alone.commit({
      edit: 'grant.put',
      grant: { to: { kind: 'user', platform: 'slack', workspace: 'T1', id: 'GRACE' }, gives: 'member', until: null },
      by: null,
      at: alone.now,
    })
    expect(await alone.say(grace, `admin offboard ${linus}`)).toContain('Only an admin')
  })

  it('says that config.toml still names somebody who is out', async () => {
    const made = await team()
    expect(await made.say(admin, `admin offboard ${grace}`)).toContain('config.toml still names them')
    expect(await made.say(grace, 'list')).toContain('I do not know you yet')
  })

  it('undoes no delete, and does not wait for what is under way', async () => {
    const made = await team()
    await made.say(linus, 'delete rests --confirm rests')
    await made.say(linus, 'restart runs')
    expect(await made.say(admin, `admin offboard ${linus}`)).toContain('Stopped: `runs`.')
    expect(made.sandbox('runs').ask).toEqual({ power: 'stop' })
    expect(made.sandbox('rests').phase).toBe('deleting')
  })
})

describe('a platform that reports that somebody has left', () => {
  it('is a question to the admins, once a day; one press takes them out', async () => {
    const made = await team()
    for (let n = 0; n < 3; n += 1) made.router.left(identity(linus))
    const told = await made.textsTo(admin)
    expect(told.match(/LINUS has left/g)).toHaveLength(1)
    expect(await made.say(linus, 'list')).toContain('runs')
    expect(await made.press(admin, 'Take LINUS out', direct)).toContain('LINUS is taken out')
    made.later(DAY)
    made.router.left(identity(linus))
    expect((await made.textsTo(admin)).match(/LINUS has left/g)).toHaveLength(1)
  })

  it('takes them out at once where the configuration says so', async () => {
    const made = await team({ onLeave: 'at-once' })
    made.router.left(identity(linus))
    expect(await made.say(linus, 'list')).toContain('I do not know you yet')
    expect(made.sandbox('runs').ask).toEqual({ power: 'stop' })
    expect(made.poked).toContain('sb-runs')
    expect(await made.textsTo(admin)).toContain('LINUS is taken out')
    expect(await made.textsTo(grace)).toContain('LINUS is out of hers')
    expect(made.audit.list(1, { command: 'left' })).toMatchObject([
      { identity: 'host', command: 'left', args: { identity: linus } },
    ])
  })

  it('parts that account alone of somebody who is still in by another one', async () => {
    const made = await team({ onLeave: 'at-once', members: [identity(grace), identity(phone)] })
    made.commit({ edit: 'identity.move', identity: identity(linus), to: made.meet(phone).id })
    made.give(phone, 'theirs')
    made.router.left(identity(linus))
    expect(await made.say(linus, 'list')).toContain('I do not know you yet')
    expect(await made.say(phone, 'list')).toContain('theirs')
    expect(made.sandbox('theirs').ask).toBeNull()
    expect(made.state.grants).toEqual([])
    expect(await made.textsTo(admin)).toContain('LINUS')
    expect(await made.say(admin, `admin restore ${linus}`)).toContain('is back')
  })

  it('does not leave the bot without an admin', async () => {
    const made = await team({ onLeave: 'at-once' })
    made.router.left(identity(admin))
    expect(await made.say(admin, 'admin grants')).toContain('config.toml')
    expect(made.logged).toContain('somebody has left, and was not taken out')
  })

  it('is nothing about somebody whom nobody knows, or where it is to be ignored', async () => {
    const made = await team({ onLeave: 'ignore' })
    made.router.left(identity(linus))
    made.router.left(identity('slack:T1:NOBODY'))
    expect(await made.textsTo(admin)).not.toContain('has left')
    expect(made.logged).toEqual([])
  })
})

describe('a room that goes on under another id', () => {
  it('takes along what was granted to it by command', async () => {
    const made = await team()
    await made.say(admin, 'admin grant room:telegram:-5 member')
    await made.say(admin, 'admin room room:telegram:-5 on')
    expect(await made.say('telegram:9', 'whoami', { room: '-5' })).toContain('You are 9')
    made.router.moved({ platform: 'telegram', workspace: '', id: '-5' }, '-1005')
    expect(await made.say('telegram:9', 'whoami', { room: '-1005' })).toContain('You are 9')
    expect(await made.say('telegram:8', 'whoami', { room: '-5' })).toContain('I do not know you yet')
    expect(await made.say(admin, 'admin grants')).toContain('`room:telegram:-1005`')
  })

  it('is told to the operator where config.toml names it', async () => {
    const to = { kind: 'room', platform: 'telegram', workspace: '', id: '-5' } as const
    const made = await team({ grants: [{ to, gives: 'member', until: null }] })
    made.router.moved(to, '-1005')
    expect(made.logged).toEqual(['config.toml names a room that has another id now'])
  })
})
