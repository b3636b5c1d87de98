import { describe, expect, it } from 'vitest'
import { InfraError, UserError } from '../../src/core/errors.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const ada = 'slack:T1:ADA'
const grace = 'discord:GRACE'

function world(): PeopleWorld {
  const made = new PeopleWorld(settingsWith({ members: [ada, grace].map(identity) }))
  for (const who of [ada, grace]) made.meet(who)
  made.give(ada, 'myapp')
  return made
}

describe('keys import', () => {
  const good = [makeKeyPair().publicLine, makeKeyPair().publicLine]

  it('takes what is good and new of what is published, says what it leaves, and all sandboxes follow', async () => {
    const made = world()
    await made.say(ada, `keys add ${good[0]}`)
    await made.say(grace, 'keys list')
    made.published = (name) =>
      Promise.resolve(name === 'ada' ? [...good, 'ssh-dss AAAA', `from="1.2.3.4" ${good[1]}`] : [])
    const before = made.sandbox('myapp').generation
    const told = await made.say(ada, 'keys import ada')
    expect(told).toContain('1 key of ada added')
    expect(told).toContain('2 not taken: DSA keys are too weak')
    expect(told).toContain('Options before a key are not taken')
    expect(made.state.keys.map((key) => key.comment)).toEqual(expect.arrayContaining(['ada at GitHub']))
    expect(made.state.keys).toHaveLength(2)
    expect(made.sandbox('myapp').generation).toBe(before + 1)
    expect(await made.say(ada, 'keys import ada')).toContain('Nothing new at `ada`: 2 known already.')
  })

  it('follows in the sandboxes of others that one may enter', async () => {
    const made = world()
    await made.say(ada, 'share myapp grace')
    made.published = () => Promise.resolve(good)
    made.poked.length = 0
    await made.say(grace, 'keys import grace')
    expect(made.poked).toEqual(['sb-myapp'])
  })

  it('says what is wrong with the name, and that a server is away, without making a mess of it', async () => {
    const made = world()
    made.published = () => Promise.reject(new UserError('not-found', 'There is no GitHub user `nobody`.'))
    expect(await made.say(ada, 'keys import nobody')).toContain('There is no GitHub user')
    made.published = () =>
      Promise.reject(new InfraError('keys', 'later', 'x', { sentence: 'the server of the keys does not answer' }))
    expect(await made.say(ada, 'keys import ada')).toContain(
      'That cannot be done right now: the server of the keys does not answer.',
    )
    made.published = () => Promise.resolve([])
    expect(await made.say(ada, 'keys import ada')).toContain('`ada` has published no key.')
    expect(await made.say(ada, 'keys import')).toBe('form: key')
    expect(made.state.keys).toEqual([])
  })

  it('uses what is true when the answer comes, not when it was asked', async () => {
    const made = world()
    let answer: (lines: readonly string[]) => void = () => undefined
    made.published = () => new Promise((resolve) => (answer = resolve))
    const asked = made.say(ada, 'keys import ada')
    await made.say(ada, `keys add ${good[0]}`)
    answer(good)
    expect(await asked).toContain('1 key of ada added')
    expect(new Set(made.state.keys.map((key) => key.fingerprint)).size).toBe(2)
  })
})
