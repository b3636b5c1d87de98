import { describe, expect, it } from 'vitest'
import type { ActionToken } from '../../src/bot/message.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const admin = 'slack:T1:ADA'
const grace = 'slack:T1:GRACE'
const linus = 'slack:T1:LINUS'

function team(): PeopleWorld {
  const made = new PeopleWorld(settingsWith({ admins: [identity(admin)], members: [grace, linus].map(identity) }))
  for (const who of [admin, grace, linus]) made.meet(who)
  made.give(grace, 'myapp')
  return made
}

describe('what is forged', () => {
  it('as a button: another id, another signature, another’s button; each is refused, and an entry', async () => {
    const made = team()
    await made.say(grace, 'show myapp')
    await made.say(linus, 'keys list')
    const token = made.token(grace, 'Stop')
    const [id = '', mac = ''] = token.split('.')
    const [other = ''] = made.token(linus, 'Add key').split('.')
    const forged = [`${other}.${mac}`, `${id}.${'A'.repeat(mac.length)}`, `${id}.`, id, '', `${token}x`]
    for (const one of forged) {
      expect(await made.put(linus, { kind: 'press', token: one as ActionToken })).toContain('This button is too old')
    }
    expect(await made.put(linus, { kind: 'press', token })).toContain('This button is for the one who asked')
    expect(made.audit.list(99, { command: 'press', outcome: 'refused' })).toHaveLength(forged.length + 1)
    expect(made.sandbox('myapp').ask).toBeNull()
  })

  it('as a call with ids that are somebody else’s: it is decided by who sends it, not by what it says', async () => {
    const made = team()
    const calls = [
      { command: 'delete', args: { sandbox: 'myapp', confirm: 'myapp' } },
      { command: 'transfer', args: { sandbox: 'myapp', answer: 'accept' } },
      { command: 'share', args: { sandbox: 'myapp', who: linus } },
      { command: 'unlink', args: { identity: grace } },
      { command: 'admin', args: { action: 'grant', who: linus, what: 'admin' } },
      { command: 'link', args: { code: 'seal:guessed', confirm: 'yes' } },
      { command: 'pair', args: { code: 'seal:guessed' } },
    ]
    const before = JSON.stringify([made.state.sandboxes, made.state.persons, made.state.grants])
    for (const call of calls) {
      expect([call.command, await made.outcome(linus, call, { isPrivate: true })]).toEqual([call.command, 'refused'])
    }
    expect(JSON.stringify([made.state.sandboxes, made.state.persons, made.state.grants])).toBe(before)
    expect(made.audit.list(99, { outcome: 'refused' })).toHaveLength(calls.length)
  })

  it('as a switch that is set by another word than ours', async () => {
    const made = team()
    for (const all of ['true', '1', 'Yes', '']) {
      expect(await made.put(linus, { kind: 'call', call: { command: 'list', args: { all } } })).not.toContain('myapp')
    }
    expect(await made.say(linus, 'list --all')).toContain('Only an admin sees those of everybody')
  })

  it('by coming twice: one effect, and what was refused stays so', async () => {
    const made = team()
    const asked = made.request(grace)
    const call = { command: 'share', args: { sandbox: 'myapp', who: linus } }
    const ends = [1, 2, 3].map(() => made.router.accept(asked, call, 'caller').ended)
    expect(await Promise.all(ends)).toEqual(['done', 'done', 'done'])
    expect(made.audit.list(99, { command: 'share' })).toHaveLength(1)
    await made.say(grace, `share myapp ${linus} --remove`)
    await made.router.accept(asked, call, 'caller').ended
    expect(made.state.shares).toEqual([])

    const refused = made.request(linus)
    const remove = { command: 'delete', args: { sandbox: 'myapp', confirm: 'myapp' } }
    expect(await made.router.accept(refused, remove, 'caller').ended).toBe('refused')
    await made.say(grace, `transfer myapp ${linus}`)
    await made.press(linus, 'Accept', { isPrivate: true })
    expect(await made.router.accept(refused, remove, 'caller').ended).toBe('refused')
    expect(made.sandbox('myapp').phase).toBe('ready')
  })

  it('as the same event of another workspace: that is another one', async () => {
    const made = team()
    const asked = made.request(grace)
    expect(await made.router.accept(asked, { command: 'keys', args: {} }, 'caller').ended).toBe('done')
    const twin = { ...asked, asker: { ...asked.asker, identity: { ...asked.asker.identity, workspace: 'T2' } } }
    expect(await made.router.accept(twin, { command: 'list', args: {} }, 'caller').ended).toBe('refused')
  })
})
