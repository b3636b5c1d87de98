import { describe, expect, it } from 'vitest'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const slack = 'slack:T1:ADA'
const telegram = 'telegram:77'
const discord = 'discord:88'
const direct = { isPrivate: true }

function world(more: readonly string[] = []): PeopleWorld {
  const made = new PeopleWorld(settingsWith({ members: [slack, ...more].map(identity) }))
  made.meet(slack)
  return made
}

/** Asks for a code where they are known, and reads it in their direct messages. */
async function codeFor(made: PeopleWorld, who = slack): Promise<string> {
  expect(await made.say(who, 'link')).toContain('I have sent you a code')
  const cards = [...made.toldTo(who)].filter(([ref]) => ref.startsWith('direct/')).map(([, message]) => message)
  const code = cards.findLast((card) => card.title === 'Your code')?.blocks.find((block) => block.block === 'code')
  return code?.block === 'code' ? code.text : ''
}

function withKey(made: PeopleWorld, who: string, blob: string): void {
  const person = made.person(who).id
  const key = {
    id: `k-${blob}-${person}`,
    person,
    type: 'ssh-ed25519',
    blob,
    comment: '',
    fingerprint: blob,
    addedAt: made.now,
  }
  made.commit({ edit: 'key.add', key })
}

describe('link', () => {
  it('makes one person of accounts on two platforms: what they own and may do is the same on both', async () => {
    const made = world()
    made.give(slack, 'myapp')
    expect(await made.say(telegram, 'list')).toContain('I do not know you yet')
    const code = await codeFor(made)
    expect(await made.say(telegram, `link ${code}`, direct)).toContain('You are ADA here too')
    expect(await made.say(telegram, 'list')).toContain('myapp')
    expect(await made.say(telegram, 'stop myapp')).toContain('Stopping myapp')
    expect(await made.say(telegram, 'whoami')).toMatch(/Identity +`telegram::77`\nLinked +and `slack:T1:ADA`/)
    expect(await made.textsTo(slack)).toContain('Your code was sent from `telegram::77`')
    expect(made.person(telegram).id).toBe(made.person(slack).id)
  })

  it('takes a code once, within ten minutes, and only as many wrong ones as nobody can guess with', async () => {
    const made = world()
    const used = await codeFor(made)
    await made.say(telegram, `link ${used}`, direct)
    expect(await made.say(discord, `link ${used}`, direct)).toContain('That code is wrong, was used, or is older')
    const late = await codeFor(made)
    made.later(600_000)
    expect(await made.say(discord, `link ${late}`, direct)).toContain('That code is wrong')
    const replaced = await codeFor(made)
    const good = await codeFor(made)
    expect(await made.say(discord, `link ${replaced}`, direct)).toContain('That code is wrong')
    for (let n = 0; n < 4; n += 1) await made.say(discord, `link WRNG-AAA${n}`, direct)
    expect(await made.say(discord, `link ${good}`, direct)).toContain('Too many wrong codes')
  })

  it('gives a code for pairing nothing here, nor one for linking there', async () => {
    const made = world()
    const code = await codeFor(made)
    expect(await made.say(telegram, `pair ${code}`, direct)).toContain('That code is wrong')
    expect(made.state.grants).toEqual([])
  })

  it('keeps the code nowhere: not in requests, messages, buttons or the audit log', async () => {
    const made = world([telegram])
    made.meet(telegram)
    made.give(telegram, 'blog')
    const code = await codeFor(made)
    await made.say(telegram, `link ${code}`, direct)
    await made.press(telegram, 'That is me', direct)
    const tables = ['inbox', 'outbox', 'action', 'audit', 'one_time_code', 'joining']
    for (const table of tables) {
      const rows = JSON.stringify(made.db.prepare(`SELECT * FROM ${table}`).all())
      expect([table, rows.includes(code), rows.includes(code.replace('-', ''))]).toEqual([table, false, false])
    }
  })

  it('is not for a stranger to begin', async () => {
    expect(await world().say(telegram, 'link', direct)).toContain('Where you are known, send me `/sandbox link`')
  })

  it('asks one who owns something first, since a code of somebody else would give it away', async () => {
    const made = world([telegram])
    made.meet(telegram)
    made.give(telegram, 'blog')
    const code = await codeFor(made)
    expect(await made.say(telegram, `link ${code}`, direct)).toContain(
      'This code is from ADA (`slack:T1:ADA`). If that is you, go on: `blog`',
    )
    expect(made.sandbox('blog').owner).toBe(made.person(telegram).id)
    expect(await made.press(telegram, 'That is me', direct)).toContain('You are ADA here too')
    expect(made.sandbox('blog').owner).toBe(made.person(slack).id)
  })

  it('is refused to who was taken out, by whichever account', async () => {
    const made = world([telegram])
    made.meet(telegram)
    const taken = { stopped: [], passed: [], shares: [] }
    const code = await codeFor(made)
    made.commit({
      edit: 'departure.put',
      departure: { person: made.person(telegram).id, at: made.now, by: null, until: made.now, taken },
    })
    expect(await made.say(telegram, `link ${code}`, direct)).toContain('You were taken out here')
    expect(made.person(telegram).id).not.toBe(made.person(slack).id)
  })
})

describe('unlink', () => {
  async function linked(): Promise<PeopleWorld> {
    const made = world([telegram, discord])
    for (const who of [telegram, discord]) made.meet(who)
    withKey(made, slack, 'SLACK')
    withKey(made, telegram, 'PHONE')
    withKey(made, telegram, 'SLACK')
    made.give(slack, 'myapp')
    made.give(telegram, 'blog')
    made.give(discord, 'shop')
    await made.say(discord, 'share shop telegram:77')
    const code = await codeFor(made)
    await made.say(telegram, `link ${code}`, direct)
    await made.press(telegram, 'That is me', direct)
    return made
  }

  it('gives back what came with the account, and leaves the rest where it is', async () => {
    const made = await linked()
    const [ada] = [made.person(slack).id]
    const owners = () => Object.fromEntries(made.state.sandboxes.map(({ name, owner }) => [name, owner]))
    expect(owners()).toMatchObject({ myapp: ada, blog: ada })
    expect(made.state.keys.filter((key) => key.person === ada).map((key) => key.blob)).toEqual(['PHONE', 'SLACK'])
    expect(made.state.shares).toMatchObject([{ sandbox: 'sb-shop', person: ada }])
    expect(made.sandbox('shop').spec.accounts.map((one) => one.person)).toEqual([made.person(discord).id, ada])

    expect(await made.say(slack, 'unlink')).toContain('[Part slack:T1:ADA] [Part telegram::77]')
    expect(await made.press(slack, 'Part telegram::77')).toContain('What came with it went with it')
    const phone = made.person(telegram).id
    expect([phone === ada, owners()]).toEqual([false, { myapp: ada, blog: phone, shop: made.person(discord).id }])
    expect(
      made.state.keys
        .filter((key) => key.person === phone)
        .map((key) => key.blob)
        .sort(),
    ).toEqual(['PHONE', 'SLACK'])
    expect(made.state.shares).toMatchObject([{ sandbox: 'sb-shop', person: phone }])
    expect(made.sandbox('blog').spec.accounts.map((one) => one.person)).toEqual([phone])
    expect(await made.textsTo(telegram)).toContain('is not ADA any more')
  })

  it('does not give back what was handed on or deleted meanwhile', async () => {
    const made = await linked()
    await made.say(slack, 'transfer blog discord:88')
    await made.press(discord, 'Accept', direct)
    await made.say(slack, 'unlink telegram:77')
    expect(made.sandbox('blog').owner).toBe(made.person(discord).id)
  })

  it('lets the account that a person began with go with nothing', async () => {
    const made = await linked()
    await made.say(telegram, 'unlink slack:T1:ADA')
    expect(await made.say(slack, 'list')).toContain('You have no sandbox yet')
    expect(await made.say(telegram, 'list')).toContain('myapp')
  })

  it('is an admin’s to undo, too; nobody else’s', async () => {
    const made = await linked()
    const admin = 'console:root'
    const to = { kind: 'user', platform: 'console', workspace: '', id: 'root' } as const
    made.commit({ edit: 'grant.put', grant: { to, gives: 'admin', until: null }, by: null, at: made.now })
    made.meet('discord:99')
    made.commit({
      edit: 'grant.put',
      grant: { to: { kind: 'user', platform: 'discord', workspace: '', id: '99' }, gives: 'member', until: null },
      by: null,
      at: made.now,
    })
    expect(await made.say('discord:99', 'unlink telegram:77')).toContain("is not one of 99's identities")
    expect(await made.say('discord:99', 'admin unlink telegram:77')).toContain('Only an admin')
    expect(await made.say(admin, 'admin people')).toContain('`slack:T1:ADA` `telegram::77`')
    expect(await made.say(admin, 'admin unlink telegram:77')).toContain('is parted')
    expect(made.person(telegram).id).not.toBe(made.person(slack).id)
  })

  it('does not leave a person without an account', async () => {
    const made = world()
    expect(await made.say(slack, `unlink ${slack}`)).toContain("is ADA's only identity")
    expect(await made.say(slack, 'unlink telegram:5')).toContain("is not one of ADA's identities")
  })
})
