import { describe, expect, it } from 'vitest'
import { parseAmount } from '../../src/core/operations/quotas.js'
import { allowanceOf, useOf, type QuotaSettings } from '../../src/core/quota.js'
import { parseSubject, type Subject } from '../../src/core/subject.js'
import { aSandbox, noQuotas } from '../core/sandbox-fixture.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const admin = 'slack:T1:ADA'
const grace = 'slack:T1:GRACE'
const linus = 'discord:LINUS'
const GIB = 2 ** 30

function team(quotas: Partial<QuotaSettings> = {}): PeopleWorld {
  const access = { admins: [identity(admin)], members: [grace, linus].map(identity) }
  const made = new PeopleWorld(settingsWith(access, { quotas: { ...noQuotas, ...quotas } }))
  for (const who of [admin, grace, linus]) made.meet(who)
  return made
}
const members = (member: QuotaSettings['roles']['member']): Partial<QuotaSettings> => ({ roles: { member, admin: {} } })
const subject = (text: string): Subject => parseSubject(text) ?? { kind: 'user', platform: '', workspace: '', id: '' }

describe('what is used', () => {
  it('counts what sandboxes may take, those that run apart, and none that is being deleted', () => {
    const limits = { cpus: 2, memory: 4 * GIB, disk: 20 * GIB, processes: 1 }
    const { spec } = aSandbox()
    const one = (change: Parameters<typeof aSandbox>[0]) => aSandbox({ spec: { ...spec, limits }, ...change })
    const all = [
      one({ power: 'running' }),
      one({ power: 'stopped' }),
      one({ power: 'stopped', ask: { power: 'start' } }),
      one({ power: 'running', ask: { power: 'stop' } }),
      one({ phase: 'creating', power: 'unknown' }),
      one({ phase: 'deleting', power: 'running' }),
    ]
    expect(useOf(all)).toEqual({ sandboxes: 5, running: 3, cpus: 10, memory: 20 * GIB, disk: 100 * GIB })
  })
})

describe('what is allowed', () => {
  const allowed = (made: PeopleWorld, who = grace, groups: readonly string[] = []) =>
    allowanceOf(
      made.state,
      made.settings,
      { identity: identity(who), groups, room: '', isPrivate: false },
      made.person(who).id,
      made.now,
    )

  it('is five sandboxes for a member and no limit for an admin where nobody says anything', () => {
    const made = team({ roles: { member: {}, admin: {} } })
    expect(allowed(made)).toEqual({ sandboxes: 5, running: null, cpus: null, memory: null, disk: null })
    expect(allowed(made, admin).sandboxes).toBeNull()
  })

  it('is what is said of the person; else the most of their groups; else of their role', async () => {
    const group = { group: subject('group:discord:R1'), allowance: { sandboxes: 7, running: 2 } }
    const made = team({ ...members({ sandboxes: 3, cpus: 8 }), groups: [group] })
    await made.say(admin, 'admin quota group:discord:R2 sandboxes 9')
    expect(allowed(made, linus, [])).toMatchObject({ sandboxes: 3, running: null, cpus: 8 })
    expect(allowed(made, linus, ['R1'])).toMatchObject({ sandboxes: 7, running: 2, cpus: 8 })
    expect(allowed(made, linus, ['R1', 'R2'])).toMatchObject({ sandboxes: 9, running: 2 })
    await made.say(admin, 'admin quota discord:LINUS sandboxes 1')
    expect(allowed(made, linus, ['R1', 'R2']).sandboxes).toBe(1)
    await made.say(admin, 'admin quota discord:LINUS sandboxes none')
    expect(allowed(made, linus).sandboxes).toBeNull()
    await made.say(admin, 'admin quota discord:LINUS sandboxes default')
    expect(allowed(made, linus).sandboxes).toBe(3)
  })

  it('is set by command where config.toml does not say it, and says so', async () => {
    const made = team(members({ sandboxes: 3 }))
    expect(await made.say(admin, 'admin quota member sandboxes 9')).toContain(
      'config.toml sets `sandboxes` of `member`, and it wins',
    )
    expect(await made.say(admin, 'admin quota member memory 16GiB')).toContain(
      'sandboxes 3 (config.toml) · memory 16 GiB',
    )
    expect(allowed(made)).toMatchObject({ sandboxes: 3, memory: 16 * GIB })
    expect(await made.say(admin, 'admin quota member dance 3')).toContain('What is: `sandboxes`, `running`, `cpus`')
    expect(await made.say(grace, 'admin quota')).toContain('Only an admin')
  })

  it.each([
    ['sandboxes', '5', 5],
    ['cpus', '0.5', 0.5],
    ['memory', '16GiB', 16 * GIB],
    ['disk', '1.5 T', 1.5 * 1024 * GIB],
    ['running', 'none', null],
  ] as const)('reads %s %s', (resource, text, amount) => expect(parseAmount(resource, text)).toBe(amount))

  it.each([
    ['sandboxes', '1.5'],
    ['sandboxes', '-1'],
    ['memory', '16'],
    ['cpus', 'many'],
  ] as const)('does not read %s %s', (resource, text) =>
    expect(() => parseAmount(resource, text)).toThrow('is no amount of'),
  )
})

describe('a quota that is used up', () => {
  it('says what is used, what is allowed, and what would make room, which is a button', async () => {
    const made = team(members({ sandboxes: 2 }))
    made.give(grace, 'shop', { createdAt: new Date('2026-05-01T00:00:00Z') })
    made.give(grace, 'blog', { power: 'stopped' })
    expect(await made.say(grace, 'create third')).toBe(
      'You use 2 of 2 sandboxes. Deleting or handing over one makes room. `blog` is stopped.\n[Delete blog] [Delete shop]',
    )
    expect(made.state.sandboxes).toHaveLength(2)
    expect(made.audit.list(1)).toMatchObject([
      { command: 'create', outcome: 'refused', detail: expect.stringContaining('You use 2 of 2') as string },
    ])
    expect(await made.press(grace, 'Delete blog')).toBe('form: confirm')
  })

  it('counts those that run when one is started, by whomever', async () => {
    const made = team(members({ running: 1 }))
    made.give(grace, 'shop')
    made.give(grace, 'blog', { power: 'stopped' })
    expect(await made.say(grace, 'start blog')).toBe(
      'You use 1 of 1 running sandbox. Stopping one makes room. `shop` runs.\n[Stop shop]',
    )
    expect(await made.say(admin, 'start blog')).toContain('GRACE uses 1 of 1 running sandbox.')
    expect(await made.say(grace, 'restart shop')).toContain('Restarting shop')
  })

  it('counts CPUs, memory and disk, and says how much more it would be', async () => {
    const made = team(members({ cpus: 3, memory: 100 * GIB }))
    made.give(grace, 'shop')
    expect(await made.say(grace, 'create blog')).toContain('You use 2 of 3 CPUs, and this takes 2 CPUs more.')
    const small = team(members({ memory: 3 * GIB }))
    small.give(grace, 'shop')
    expect(await small.say(grace, 'create blog')).toContain(
      'You use 2 GiB of 3 GiB of memory, and this takes 2 GiB of memory more.',
    )
  })

  it('counts all sandboxes together, for admins too', async () => {
    const made = team({ total: { sandboxes: 1 } })
    made.give(grace, 'shop')
    expect(await made.say(admin, 'create blog')).toContain('All sandboxes here together use 1 of 1 sandbox.')
    expect(await made.say(admin, 'admin quota')).toMatch(/All sandboxes together:\nSandboxes +1 of 1/)
  })

  it('is the receiver’s own when a sandbox is handed over', async () => {
    const made = team(members({ sandboxes: 1 }))
    made.give(grace, 'shop')
    made.give(linus, 'blog')
    await made.say(linus, 'transfer blog grace')
    expect(await made.press(grace, 'Accept', { isPrivate: true })).toContain('You use 1 of 1 sandbox.')
    expect(made.sandbox('blog').owner).toBe(made.person(linus).id)
    expect(made.state.offers).toHaveLength(1)
  })

  it('does not stand in the way of sharing, stopping or a new login', async () => {
    const made = team(members({ sandboxes: 1, running: 1 }))
    for (const name of ['shop', 'blog']) made.give(grace, name)
    for (const words of ['share shop discord:LINUS', 'stop shop', 'credentials blog']) {
      expect(await made.say(grace, words)).not.toContain('You use')
    }
  })

  it('is in whoami, beside what is used', async () => {
    const made = team(members({ sandboxes: 3, memory: 16 * GIB }))
    made.give(grace, 'shop')
    expect(await made.say(grace, 'whoami')).toMatch(
      /Sandboxes +1 of 3\nRunning +1\nCPUs +2\nMemory +2 GiB of 16 GiB\nDisk +20 GiB/,
    )
  })
})

describe('the host’s own headroom', () => {
  const kept = { headroom: { memory: GIB, disk: 10 * GIB } }
  const room = (free: number, disk = 100 * GIB) => ({
    memory: { free, total: 64 * GIB },
    disk: { free: disk, total: 200 * GIB },
    at: new Date(0),
  })

  it('is kept when something is created or started, whatever quotas say', async () => {
    const made = team(kept)
    made.give(grace, 'shop', { power: 'stopped' })
    made.room = { ...room(GIB + 2 ** 29 - 1), at: made.now }
    expect(await made.say(admin, 'create blog')).toContain(
      'The host has 1.5 GiB of memory left, keeps 1 GiB free for itself',
    )
    expect(await made.say(grace, 'start shop')).toContain('Stopping a sandbox makes room')
    made.room = { ...room(64 * GIB, 11 * GIB), at: made.now }
    expect(await made.say(admin, 'create blog')).toContain('The host has 11 GiB of disk left')
    expect(await made.say(grace, 'start shop')).toContain('Starting shop')
  })

  it('counts what is coming up since the host last said', async () => {
    const made = team(kept)
    made.room = { ...room(GIB + 2 ** 30), at: made.now }
    expect(await made.say(admin, 'create one')).toContain('Creating one')
    expect(await made.say(grace, 'create two')).toContain('Creating two')
    expect(await made.say(linus, 'create three')).toContain('does not fit beside what is coming up')
    made.later(60_000)
    made.room = { ...room(GIB + 2 ** 30), at: made.now }
    expect(await made.say(linus, 'create three')).toContain('Creating three')
  })

  it('is not asked of a host that has not said', async () => {
    expect(await team(kept).say(grace, 'create blog')).toContain('Creating blog')
  })
})
