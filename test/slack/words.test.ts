import { describe, expect, it } from 'vitest'
import { readPlace, readRef, writePlace, writeRef } from '../../src/adapters/chat/slack/place.js'
import { ResponseAddresses } from '../../src/adapters/chat/slack/response-addresses.js'
import { identityOf, isAtHome } from '../../src/adapters/chat/slack/self.js'
import { typedWords } from '../../src/adapters/chat/slack/typed-words.js'
import { cut } from '../../src/adapters/chat/slack/limits.js'

describe('what somebody typed', () => {
  it.each([
    ['<@U0BOT> create <http://app.example.com|app.example.com>', 'create app.example.com'],
    ['create &lt;x&gt; &amp;amp;', 'create <x> &amp;'],
    ['keys add ssh-ed25519 AAAA <mailto:ada@laptop.dev|ada@laptop.dev>', 'keys add ssh-ed25519 AAAA ada@laptop.dev'],
    ['ask myapp “what is <https://a.example/x>”', 'ask myapp "what is https://a.example/x"'],
    ['share myapp <@U0ADA> <#C1|general>', 'share myapp U0ADA general'],
    ['`list`', 'list'],
    ['  ', ''],
  ])('%j is %j', (stored, typed) => {
    expect(typedWords(stored, 'U0BOT')).toBe(typed)
  })
})

describe('what is kept as text', () => {
  it('places and references come back as they were', () => {
    for (const place of [
      { channel: 'C1', thread: null, event: '' },
      { channel: '@D1', thread: '1735.000100', event: '1.2.u1' },
    ]) {
      expect(readPlace(writePlace(place))).toEqual(place)
      for (const ref of [
        { kind: 'posted', channel: 'C1', ts: '1735.000100' },
        { kind: 'told', place: writePlace(place), to: 'slack:T1:U1' },
        { kind: 'told', place: writePlace(place), to: 'all' },
        { kind: 'over' },
      ] as const) {
        expect(readRef(writeRef(ref))).toEqual(ref)
      }
    }
  })

  it('no cut leaves half a character', () => {
    for (let most = 1; most < 8; most += 1) {
      expect(cut('🙂🙂🙂🙂', most).length).toBeLessThanOrEqual(most)
      expect(cut('🙂🙂🙂🙂', most)).not.toMatch(/\p{Surrogate}/u)
    }
  })
})

describe('whose an event is', () => {
  const team = { user: 'U0BOT', bot: 'B1', team: 'T1', organisation: null }
  const organisation = { ...team, organisation: 'E1' }
  const from = (user: string, of?: string, enterprise?: string) => ({ user, team: of, enterprise })

  it('the same id in another workspace is somebody else', () => {
    expect(identityOf(team, from('U1', 'T1'))).toEqual({ platform: 'slack', workspace: 'T1', user: 'U1' })
    expect(identityOf(team, from('U1', 'T2'))).toEqual({ platform: 'slack', workspace: 'T2', user: 'U1' })
    expect(identityOf(team, from('U1', 'T1', 'E1')).workspace).toBe('T1')
    expect(isAtHome(team, { platform: 'slack', workspace: 'T2', user: 'U1' })).toBe(false)
  })

  it('for a whole organisation, it is the same in all of its workspaces', () => {
    expect(identityOf(organisation, from('U1', 'T1', 'E1')).workspace).toBe('E1')
    expect(identityOf(organisation, from('U1', 'T2', 'E1')).workspace).toBe('E1')
    expect(identityOf(organisation, from('U1', 'T9', 'E9')).workspace).toBe('T9')
    expect(isAtHome(organisation, { platform: 'slack', workspace: 'E1', user: 'U1' })).toBe(true)
  })
})

describe('addresses for answers', () => {
  it('are good five times in half an hour, and for one alone only for whom they came with', () => {
    let now = 0
    const answers = new ResponseAddresses({ now: () => new Date(now) })
    answers.remember('e1', 'slack:T1:U1', 'https://hooks.example/1')
    answers.remember('e1', 'slack:T1:U2', 'https://hooks.example/2')
    expect(answers.take('e1', 'slack:T1:U2')).toBeNull()
    const used = Array.from({ length: 6 }, () => answers.take('e1', 'slack:T1:U1'))
    expect(used).toEqual([...Array.from({ length: 5 }, () => 'https://hooks.example/1'), null])
    answers.remember('e2', 'slack:T1:U1', 'https://hooks.example/3')
    now = 30 * 60_000
    expect(answers.take('e2', 'all')).toBeNull()
    expect(answers.take('none', 'all')).toBeNull()
  })
})
