import { describe, expect, it } from 'vitest'
import { mayUse, roleOf, type Need, type Role } from '../../src/core/access.js'
import { parseIdentity } from '../../src/core/person.js'

describe('access', () => {
  it.each<[Need, Role | null, boolean, boolean]>([
    ['member', null, true, false],
    ['owner', null, true, false],
    ['admin', null, true, false],
    ['member', 'member', false, true],
    ['owner', 'member', false, false],
    ['owner', 'member', true, true],
    ['admin', 'member', true, false],
    ['owner', 'admin', false, true],
    ['admin', 'admin', false, true],
  ])('what needs %s, by %s, owning: %s → %s', (need, role, owns, allowed) => {
    expect(mayUse(need, role, owns)).toBe(allowed)
  })

  it('knows people by platform, workspace and user id together', () => {
    const ada = { platform: 'slack', workspace: 'T1', user: 'U1' }
    const access = { admins: [ada], members: [{ platform: 'console', workspace: '', user: 'grace' }] }
    expect(roleOf(access, ada)).toBe('admin')
    expect(roleOf(access, { ...ada, workspace: 'T2' })).toBeNull()
    expect(roleOf(access, { platform: 'console', workspace: '', user: 'grace' })).toBe('member')
  })

  it.each([
    ['console:ada', { platform: 'console', workspace: '', user: 'ada' }],
    ['slack:T1:U1', { platform: 'slack', workspace: 'T1', user: 'U1' }],
    ['ada', null],
    ['a:b:c:d', null],
    ['console:', null],
  ])('reads %s', (text, identity) => {
    expect(parseIdentity(text)).toEqual(identity)
  })
})
