import { describe, expect, it } from 'vitest'
import { Endings } from '../../src/bot/endings.js'
import { goBack } from '../../src/core/operations/go-back.js'
import { planSandbox } from '../../src/core/parts/plan-sandbox.js'
import type { Seen } from '../../src/core/parts/plan-sandbox.js'
import type { Change } from '../../src/core/parts/plan.js'
import { entrantsOf } from '../../src/core/sharing.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const ada = 'slack:T1:ADA'
const grace = 'discord:GRACE'
const linus = 'telegram:LINUS'
const direct = { isPrivate: true }
const nothingSeen: Seen = {
  instances: new Map(),
  pipes: new Map(),
  routes: { server: { state: 'right' }, routes: new Map(), domainRoutes: new Map(), foreignHosts: new Set() },
}

/** Ada owns myapp; Grace and Linus are members elsewhere. Each has a key. */
function team(): PeopleWorld {
  const made = new PeopleWorld(settingsWith({ members: [ada, grace, linus].map(identity) }))
  for (const who of [ada, grace, linus]) {
    const { id } = made.meet(who)
    const key = {
      id: `key-${id}`,
      person: id,
      type: 'ssh-ed25519',
      blob: id,
      comment: '',
      fingerprint: id,
      addedAt: made.now,
    }
    made.commit({ edit: 'key.add', key })
  }
  made.give(ada, 'myapp')
  return made
}

/** What SSHPiper and Caddy should hold. */
function opened(made: PeopleWorld): { keys: readonly string[]; logins: readonly string[] } {
  const sandbox = made.sandbox('myapp')
  const hashed = {
    ...sandbox,
    spec: { ...sandbox.spec, accounts: sandbox.spec.accounts.map((one) => ({ ...one, hash: one.hash ?? 'due' })) },
  }
  const plan = planSandbox(hashed, made.state, nothingSeen, made.settings)
  const changes: readonly Change[] = [...plan.pipe.changes, ...plan.route.changes]
  return {
    keys: changes.flatMap((one) => (one.kind === 'pipe.write' ? one.wanted.authorizedKeys : [])),
    logins: changes.flatMap((one) =>
      one.kind === 'route.add' ? (one.wanted.accounts ?? []).map(({ user, hash }) => `${user} ${hash}`) : [],
    ),
  }
}

describe('sharing', () => {
  it('opens the sandbox for the key of a collaborator, with a login of their own; they are told', async () => {
    const made = team()
    expect(await made.say(ada, 'share myapp grace')).toContain('myapp is shared with GRACE')
    expect(opened(made)).toEqual({
      keys: ['ssh-ed25519 p-discord:GRACE', 'ssh-ed25519 p-slack:T1:ADA'],
      logins: ['grace due', 'p-slack:T1:ADA h-p-slack:T1:ADA'],
    })
    expect(await made.textsTo(grace)).toContain('ADA shares myapp with you')
    expect(made.poked).toContain('sb-myapp')
    expect(await made.say(grace, 'list')).toContain('myapp')
    expect(await made.say(grace, 'show myapp')).toContain('with GRACE')
  })

  it('lets them enter, start and stop; not delete it, nor share it, nor change it', async () => {
    const made = team()
    await made.say(ada, 'share myapp discord:GRACE')
    for (const words of [
      'delete myapp --confirm myapp',
      'port myapp 3000',
      'share myapp linus',
      'transfer myapp linus',
    ]) {
      expect(await made.say(grace, words)).toMatch(
        /Only myapp's owner, ADA, or an admin can .* You may enter, start and stop it/,
      )
    }
    expect(await made.say(grace, 'stop myapp')).toContain('Stopping myapp')
    expect(await made.say(linus, 'stop myapp')).toContain('ADA can share it with you')
  })

  it('takes key and login of one out at once, and changes nobody else', async () => {
    const made = team()
    await made.say(ada, 'share myapp grace')
    await made.say(ada, 'share myapp linus')
    const before = made.sandbox('myapp').spec.accounts
    expect(await made.say(ada, 'share myapp grace --remove')).toContain('GRACE is taken out of myapp')
    const { accounts } = made.sandbox('myapp').spec
    expect(accounts).toEqual(before.filter((one) => one.person !== made.person(grace).id))
    expect(opened(made).keys).toEqual(['ssh-ed25519 p-slack:T1:ADA', 'ssh-ed25519 p-telegram:LINUS'])
    expect(await made.textsTo(grace)).toContain('ADA took you out')
    expect(await made.say(grace, 'show myapp')).toContain('Only myapp')
  })

  it('is not undone by an operation that goes back', async () => {
    const made = team()
    await made.say(ada, 'share myapp grace')
    await made.say(ada, 'port myapp 3000')
    const [operation] = made.state.operations
    await made.say(ada, 'share myapp grace --remove')
    if (operation === undefined) throw new Error('nothing runs')
    made.commit(...goBack(made.sandbox('myapp'), operation, 'it failed', false))
    expect(made.sandbox('myapp').spec.appPort).toBe(8000)
    expect(made.sandbox('myapp').spec.accounts.map((one) => one.person)).toEqual([made.person(ada).id])
  })

  it('ends by itself where an end was given', async () => {
    const made = team()
    const endings = new Endings({
      store: made.store,
      announcer: made.announcer,
      trail: made.trail,
      sync: { poke: (keys) => void made.poked.push(...keys) },
      clock: { now: () => made.now },
    })
    await made.say(ada, 'share myapp grace --until 12h')
    endings.sweep()
    expect(opened(made).keys).toHaveLength(2)
    made.later(12 * 3_600_000)
    made.poked.length = 0
    endings.sweep()
    expect(opened(made)).toMatchObject({ keys: ['ssh-ed25519 p-slack:T1:ADA'] })
    expect(made.poked).toEqual(['sb-myapp'])
    expect(await made.textsTo(grace)).toContain('The time for which it was shared is over')
    expect(made.audit.list(1)).toMatchObject([{ identity: 'host', command: 'share', sandbox: 'myapp' }])
  })

  it('is not with a stranger, and not with somebody of an unclear name', async () => {
    const made = team()
    made.meet('slack:T1:EVE')
    made.commit({
      edit: 'person.add',
      person: { id: 'other', name: 'Grace', identities: [identity('slack:T2:G')], isMuted: false },
    })
    expect(await made.say(ada, 'share myapp eve')).toContain('EVE is not let in here')
    expect(await made.say(ada, 'share myapp grace')).toContain(
      'Several are called `grace`: `slack:T2:G`, `discord::GRACE`',
    )
    expect(await made.say(ada, 'share myapp nobody')).toContain('I know nobody called `nobody`')
    expect(await made.say(ada, 'share myapp slack:T1:NEW')).toContain('I have not met `slack:T1:NEW` yet')
    expect(await made.say(ada, 'share myapp ada')).toContain("myapp is ADA's own")
  })

  it('makes user names that do not collide', async () => {
    const made = team()
    const twin = { id: 'twin', name: 'p-slack:T1:ADA', identities: [identity('slack:T1:TWIN')], isMuted: false }
    made.commit({ edit: 'person.add', person: twin })
    made.commit({
      edit: 'grant.put',
      grant: { to: { kind: 'workspace', platform: 'slack', workspace: 'T1', id: '' }, gives: 'member', until: null },
      by: null,
      at: made.now,
    })
    made.commit({
      edit: 'sandbox.want',
      id: 'sb-myapp',
      spec: {
        ...made.sandbox('myapp').spec,
        accounts: [{ person: made.person(ada).id, user: 'p-slack-t1-ada', hash: 'x', delivered: true }],
      },
    })
    await made.say(ada, 'share myapp slack:T1:TWIN')
    expect(made.sandbox('myapp').spec.accounts.map((one) => one.user)).toEqual(['p-slack-t1-ada', 'p-slack-t1-ada2'])
  })
})

describe('handing over', () => {
  it('waits for the receiver; then key and login of the former owner are out, collaborators stay', async () => {
    const made = team()
    await made.say(ada, 'share myapp linus')
    expect(await made.say(ada, 'transfer myapp grace')).toContain('myapp is offered to GRACE')
    expect(made.sandbox('myapp').owner).toBe(made.person(ada).id)
    expect(await made.textsTo(grace)).toContain('ADA wants to hand myapp over to you')
    expect(await made.press(grace, 'Accept', direct)).toContain('myapp')
    expect(made.sandbox('myapp').owner).toBe(made.person(grace).id)
    expect([...entrantsOf(made.state, made.sandbox('myapp'))]).toEqual([made.person(grace).id, made.person(linus).id])
    expect(opened(made)).toMatchObject({ keys: ['ssh-ed25519 p-discord:GRACE', 'ssh-ed25519 p-telegram:LINUS'] })
    expect(await made.textsTo(ada)).toContain("myapp is GRACE's now")
    expect(await made.say(ada, 'show myapp')).toContain('Only myapp')
  })

  it('is declined, taken back, or over after a week; and is for nobody else to accept', async () => {
    const made = team()
    await made.say(ada, 'transfer myapp grace')
    const args = { sandbox: 'myapp', answer: 'accept' }
    expect(await made.run(linus, { command: 'transfer', args })).toContain('Nobody offers you `myapp`')
    expect(await made.press(grace, 'Decline', direct)).toContain('You have declined myapp')
    expect(await made.textsTo(ada)).toContain('GRACE does not want myapp')
    await made.say(ada, 'transfer myapp grace')
    expect(await made.say(ada, 'transfer myapp --answer withdraw')).toContain('taken back')
    expect(await made.press(grace, 'Accept', direct)).toContain('Nobody offers you')
    await made.say(ada, 'transfer myapp grace')
    made.later(7 * 24 * 3_600_000)
    expect(await made.press(grace, 'Accept', direct)).toContain('Nobody offers you')
    expect(made.sandbox('myapp').owner).toBe(made.person(ada).id)
  })

  it('brings the card of the direct messages to its new owner', async () => {
    const made = team()
    await made.say(ada, 'create blog')
    const [operation] = made.state.operations
    const id = operation?.sandbox ?? ''
    made.commit(
      { edit: 'sandbox.note', id, facts: { phase: 'ready', power: 'running' } },
      { edit: 'operation.note', id: operation?.id ?? '', change: { state: 'done', endedAt: made.now } },
    )
    made.announcer.operationChanged(operation?.id ?? '')
    expect(await made.textsTo(ada)).toContain('● blog · running')
    await made.say(ada, 'transfer blog grace')
    await made.press(grace, 'Accept', direct)
    made.commit({ edit: 'sandbox.note', id, facts: { power: 'stopped' } })
    made.announcer.sandboxChanged(id)
    expect(await made.textsTo(grace)).toContain('○ blog · stopped')
    const direct1 = [...made.toldTo(ada)]
      .filter(([ref]) => ref.startsWith('direct/'))
      .map(([, message]) => message.title)
    expect(direct1).not.toContain('○ blog · stopped')
  })
})
