import { describe, expect, it } from 'vitest'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const ada = 'slack:T1:ADA'
const grace = 'slack:T1:GRACE'
const MINUTE = 60_000

/** At most 20 costly commands by one person and 30 in one room, within ten minutes. */
function world(): PeopleWorld {
  const made = new PeopleWorld(settingsWith({ members: [ada, grace, 'telegram:7'].map(identity) }))
  for (const who of [ada, grace]) made.meet(who)
  made.give(ada, 'myapp')
  return made
}

describe('too much within a short time', () => {
  it('is refused with the waiting time; failures count, looking and stopping do not', async () => {
    const made = world()
    for (let n = 0; n < 20; n += 1) {
      await made.say(ada, 'create No_Name', { room: `r${n}` })
      await made.say(ada, 'list', { room: 'r' })
      await made.say(ada, 'show myapp', { room: 'r' })
      made.later(1000)
    }
    expect(await made.say(ada, 'create fine')).toBe(
      'You have asked for 20 things within 10 minutes, which is the most. The next one is possible in 10 minutes; looking and stopping always are.',
    )
    expect(await made.say(ada, 'stop myapp')).toContain('Stopping myapp')
    expect(await made.say(grace, 'create fine')).toContain('Creating fine')
    made.later(9 * MINUTE + 39_000)
    expect(await made.say(ada, 'create two')).toContain('The next one is possible in 1 second;')
    made.later(1000)
    expect(await made.say(ada, 'create two')).toContain('Creating two')
    expect(await made.say(ada, 'create three')).toContain('The next one is possible in 1 second;')
  })

  it('is counted by person, whichever account it is, and by room', async () => {
    const made = world()
    made.commit({
      edit: 'person.add',
      person: {
        id: 'two',
        name: 'two',
        identities: [identity('telegram:7'), identity('slack:T1:TWO')],
        isMuted: false,
      },
    })
    for (let n = 0; n < 20; n += 1) await made.say('telegram:7', 'create No_Name', { isPrivate: true })
    expect(await made.say('slack:T1:TWO', 'create fine')).toContain('within 10 minutes')

    for (let n = 0; n < 15; n += 1) await made.say(ada, 'create No_Name', { room: 'busy' })
    for (let n = 0; n < 15; n += 1) await made.say(grace, 'create No_Name', { room: 'busy' })
    expect(await made.say(grace, 'create fine', { room: 'busy' })).toContain(
      '30 things were asked for here within 10 minutes',
    )
    expect(await made.say(grace, 'create fine', { room: 'quiet' })).toContain('Creating fine')
  })

  it('is an entry of the audit log like every refusal', async () => {
    const made = world()
    for (let n = 0; n < 21; n += 1) await made.say(ada, 'create No_Name')
    expect(made.audit.list(1)).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('which is the most') as string },
    ])
  })
})
