import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessOf, grantsOf, isInTheOpen, mayUse, type Grant, type Need, type Tie } from '../../src/core/access.js'
import type { Identity, Person } from '../../src/core/person.js'
import { sightingEdits, type Sighting } from '../../src/core/sighting.js'
import type { AccessSettings, State } from '../../src/core/state.js'
import { parseSubject, subjectText, type Presence, type Subject, type SubjectKind } from '../../src/core/subject.js'
import { aState, noAccess } from './sandbox-fixture.js'

const now = new Date('2026-06-01T12:00:00Z')
const hours = (amount: number): Date => new Date(now.getTime() + amount * 3_600_000)
const identity = (text: string): Identity => {
  const { platform, workspace, id } = subject(text)
  return { platform, workspace, user: id }
}
function subject(text: string): Subject {
  const read = parseSubject(text)
  if (read === null) throw new Error(`${text} is no subject`)
  return read
}
const grant = (to: string, gives: Grant['gives'] = 'member', until: Date | null = null): Grant => ({
  to: subject(to),
  gives,
  until,
})
const at = (who: string, more: Partial<Presence> = {}): Presence => ({
  identity: identity(who),
  groups: [],
  room: 'C1',
  isPrivate: false,
  ...more,
})
const person = (id: string, ...identities: string[]): Person => ({
  id,
  name: id,
  identities: identities.map(identity),
  isMuted: false,
})
const roleOf = (presence: Presence, grants: readonly Grant[], more: Partial<State> = {}) =>
  accessOf(aState({ grants, ...more }), { access: noAccess }, presence, now).role

describe('the one decision', () => {
  const member = { role: 'member', commands: 'all' } as const
  const admin = { role: 'admin', commands: 'all' } as const
  const nobody = { role: null, commands: [] } as const
  const limited = { role: 'member', commands: ['stop'] } as const

  it.each<[Need, Tie, { nobody: boolean; member: boolean; limited: boolean; admin: boolean }]>([
    ['anyone', 'none', { nobody: true, member: true, limited: true, admin: true }],
    ['member', 'none', { nobody: false, member: true, limited: true, admin: true }],
    ['enter', 'none', { nobody: false, member: false, limited: false, admin: true }],
    ['enter', 'collaborator', { nobody: false, member: true, limited: true, admin: true }],
    ['enter', 'owner', { nobody: false, member: true, limited: true, admin: true }],
    ['owner', 'none', { nobody: false, member: false, limited: false, admin: true }],
    ['owner', 'collaborator', { nobody: false, member: false, limited: false, admin: true }],
    ['owner', 'owner', { nobody: false, member: true, limited: true, admin: true }],
    ['admin', 'owner', { nobody: false, member: false, limited: false, admin: true }],
  ])('what needs %s, by one who is tied as %s', (need, tie, allowed) => {
    const may = Object.entries({ nobody, member, limited, admin }).map(([who, access]) => [
      who,
      mayUse(access, 'stop', need, tie),
    ])
    expect(Object.fromEntries(may)).toEqual(allowed)
  })

  it('keeps one who is limited to their commands, whatever else holds', () => {
    const needs: readonly Need[] = ['member', 'enter', 'owner', 'admin']
    expect(needs.map((need) => mayUse(limited, 'delete', need, 'owner'))).toEqual([false, false, false, false])
  })
})

describe('who is let in', () => {
  it('is nobody by default', () => {
    expect(accessOf(aState(), { access: noAccess }, at('slack:T1:U1'), now)).toEqual({ role: null, commands: [] })
  })

  it.each<[string, Presence, Grant, boolean]>([
    ['the user', at('slack:T1:U1'), grant('slack:T1:U1'), true],
    ['a user of the same id elsewhere', at('slack:T2:U1'), grant('slack:T1:U1'), false],
    ['a user of the same id on another platform', at('discord:U1'), grant('telegram:U1'), false],
    ['one with the role', at('discord:7', { groups: ['R1', 'R2'] }), grant('group:discord:R2'), true],
    ['one with a role of that id elsewhere', at('slack:T2:U1', { groups: ['S1'] }), grant('group:slack:T1:S1'), false],
    ['one without the role', at('discord:7', { groups: ['R1'] }), grant('group:discord:R2'), false],
    ['one in the room', at('slack:T1:U1', { room: 'C9' }), grant('room:slack:T1:C9'), true],
    ['one in another room', at('slack:T1:U1', { room: 'C8' }), grant('room:slack:T1:C9'), false],
    ['a guest of another workspace in it', at('slack:T2:U1', { room: 'C9' }), grant('room:slack:T1:C9'), false],
    ['one of the workspace', at('slack:T1:U1'), grant('workspace:slack:T1'), true],
    ['one of another workspace', at('slack:T2:U1'), grant('workspace:slack:T1'), false],
    [
      'one of the guild, which is a group there',
      at('discord:7', { groups: ['G1'] }),
      grant('workspace:discord:G1'),
      true,
    ],
    ['one whose grant has not ended', at('slack:T1:U1'), grant('slack:T1:U1', 'member', hours(1)), true],
    ['one whose grant has ended', at('slack:T1:U1'), grant('slack:T1:U1', 'member', hours(0)), false],
  ])('%s', (_, presence, given, isIn) => {
    expect(roleOf(presence, [given])).toBe(isIn ? 'member' : null)
  })

  it('is an admin where any grant says so; lists of commands add up, and give help and whoami', () => {
    const given = [grant('slack:T1:U1', ['list']), grant('workspace:slack:T1', ['show', 'list'])]
    const access = accessOf(aState({ grants: given }), { access: noAccess }, at('slack:T1:U1'), now)
    expect([access.role, [...(access.commands === 'all' ? [] : access.commands)].sort()]).toEqual([
      'member',
      ['help', 'list', 'show', 'whoami'],
    ])
    expect(roleOf(at('slack:T1:U1', { room: 'C1' }), [...given, grant('room:slack:T1:C1', 'admin')])).toBe('admin')
  })

  it('is the same on every platform for one human', () => {
    const persons = [person('ada', 'slack:T1:U1', 'telegram:55')]
    expect(roleOf(at('telegram:55'), [grant('slack:T1:U1')], { persons })).toBe('member')
    expect(roleOf(at('telegram:55'), [grant('workspace:slack:T1', 'admin')], { persons })).toBe('admin')
    expect(roleOf(at('telegram:56'), [grant('slack:T1:U1')], { persons })).toBeNull()
  })

  it('is not who has left, by none of their identities and whatever config.toml says', () => {
    const persons = [person('ada', 'slack:T1:U1', 'telegram:55')]
    const taken = { stopped: [], passed: [], shares: [] }
    const departures = [{ person: 'ada', at: now, by: null, until: hours(1), taken }]
    const access = { ...noAccess, admins: [identity('slack:T1:U1')] }
    for (const who of ['slack:T1:U1', 'telegram:55']) {
      expect(accessOf(aState({ persons, departures }), { access }, at(who), now).role).toBeNull()
    }
  })

  it('is what config.toml says, whatever was granted to the same subject by command', () => {
    const access: AccessSettings = { ...noAccess, members: [identity('slack:T1:U1')] }
    const state = aState({ grants: [grant('slack:T1:U1', 'admin'), grant('slack:T1:U2')] })
    expect(accessOf(state, { access }, at('slack:T1:U1'), now).role).toBe('member')
    expect(grantsOf(state, { access }).map(({ to, from }) => [subjectText(to), from])).toEqual([
      ['slack:T1:U1', 'config'],
      ['slack:T1:U2', 'command'],
    ])
  })
})

describe('what a platform showed earlier', () => {
  const who = identity('discord:7')
  const role: Sighting = { identity: who, kind: 'group', id: 'R1', at: hours(-2) }
  const grants = [grant('group:discord:R1')]
  const direct = at('discord:7', { isPrivate: true, room: 'dm' })

  it('counts in direct messages and for linked identities, for a day', () => {
    const persons = [person('ada', 'discord:7', 'telegram:55')]
    expect(roleOf(direct, grants, { sightings: [role] })).toBe('member')
    expect(roleOf(at('telegram:55'), grants, { sightings: [role], persons })).toBe('member')
    expect(roleOf(direct, grants, { sightings: [{ ...role, at: hours(-24) }] })).toBeNull()
    expect(roleOf(direct, grants)).toBeNull()
  })

  it('counts no more where the platform says now that the role is lost', () => {
    expect(roleOf(at('discord:7', { groups: [] }), grants, { sightings: [role] })).toBeNull()
    const [edit] = sightingEdits(aState({ grants, sightings: [role] }), { access: noAccess }, at('discord:7'), now)
    expect(edit).toMatchObject({ edit: 'identity.seen', groups: [], rooms: [] })
  })

  it('is written down where it is news, and only what a grant names', () => {
    const state = aState({ grants: [...grants, grant('room:discord:C1')] })
    const seen = at('discord:7', { groups: ['R1', 'R9'], room: 'C1' })
    const [edit] = sightingEdits(state, { access: noAccess }, seen, now)
    expect(edit).toMatchObject({ identity: who, groups: ['R1'], rooms: ['C1'] })
    const room: Sighting = { ...role, kind: 'room', id: 'C1', at: now }
    const known = { ...state, sightings: [{ ...role, at: now }, room] }
    expect(sightingEdits(known, { access: noAccess }, seen, now)).toEqual([])
    expect(sightingEdits(known, { access: noAccess }, direct, now)).toEqual([])
  })
})

describe('a place for commands', () => {
  const rooms = [subject('room:slack:T1:C1')]

  it('is everywhere until one is named, and never a direct message', () => {
    const open = (presence: Presence, named: readonly Subject[]) =>
      isInTheOpen(aState({ rooms: named }), { access: noAccess }, presence)
    expect(open(at('slack:T1:U1', { room: 'C2' }), [])).toBe(true)
    expect(open(at('slack:T1:U1', { room: 'C1' }), rooms)).toBe(true)
    expect(open(at('slack:T1:U1', { room: 'C2' }), rooms)).toBe(false)
    expect(open(at('slack:T1:U1', { room: 'C1', isPrivate: true }), [])).toBe(false)
  })
})

describe('a subject', () => {
  it.each<[string, Subject | null]>([
    ['console:ada', { kind: 'user', platform: 'console', workspace: '', id: 'ada' }],
    ['slack:T1:U1', { kind: 'user', platform: 'slack', workspace: 'T1', id: 'U1' }],
    ['user:slack:T1:U1', { kind: 'user', platform: 'slack', workspace: 'T1', id: 'U1' }],
    ['room:telegram:-100', { kind: 'room', platform: 'telegram', workspace: '', id: '-100' }],
    ['workspace:slack:T1', { kind: 'workspace', platform: 'slack', workspace: 'T1', id: '' }],
    ['workspace:slack', null],
    ['workspace:slack:T1:x', null],
    ['group:R1', null],
    ['ada', null],
    ['a:b:c:d', null],
    ['console:', null],
  ])('reads %s', (text, read) => expect(parseSubject(text)).toEqual(read))

  it('is written so that it is read again', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
    const kinds = fc.constantFrom<SubjectKind>('user', 'group', 'room', 'workspace')
    fc.assert(
      fc.property(kinds, word, word, word, fc.boolean(), (kind, platform, workspace, id, hasWorkspace) => {
        fc.pre(parseSubject(`${platform}:x:y`) !== null && !['user', 'group', 'room', 'workspace'].includes(platform))
        const is = kind === 'workspace'
        const one: Subject = { kind, platform, workspace: hasWorkspace || is ? workspace : '', id: is ? '' : id }
        expect(parseSubject(subjectText(one))).toEqual(one)
      }),
    )
  })
})
