import { afterEach, describe, expect, it, vi } from 'vitest'
import { PlatformRefusal } from '../../src/bot/chat.js'
import { everyForm } from '../bot/every-card.js'
import { BOT_USER, TEAM } from '../peers/slack/workspace.js'
import { aStage, closeStages, eventually, manifest, patient, says, texts, token } from './fixtures.js'

afterEach(closeStages)

const form = everyForm['form-port'] ?? never()
const asksFirst = (input: { readonly kind: string }) =>
  input.kind === 'form'
    ? ({ kind: 'run', audience: 'caller', call: form.call } as const)
    : ({ kind: 'form', form } as const)
const button = (label: string) => ({ block: 'buttons', buttons: [{ label, press: token(`t-${label}`) }] }) as const

describe('where the bot is not in the channel', () => {
  it('says one line there, how it ended, and nothing more', async () => {
    const { platform, router, ada, grace, other } = await aStage()
    await ada.command('/sandbox create myapp', other)
    const place = router.accepted[0]?.asker.place ?? ''
    const ref = await platform.post(place, 'all', says('Ada is creating myapp.'), true)
    const same = await platform.edit(ref, says('still at it'), true)
    const over = await platform.edit(same, says('myapp runs'), false)
    expect(texts(grace, other)).toEqual(['Ada is creating myapp.', 'myapp runs'])
    expect(await platform.edit(over, says('myapp is stopped'), false)).toBe('gone')
    expect(texts(grace, other)).toHaveLength(2)
    expect(grace.sees(other).flatMap(({ pings }) => pings)).toEqual([])
  })

  it('answers the asker alone, and is refused where nothing came from', async () => {
    const { platform, router, ada, grace, other } = await aStage()
    await ada.command('/sandbox list', other)
    const { place, identity } = router.accepted[0]?.asker ?? never()
    await platform.post(place, identity, says('for Ada'), false)
    expect(texts(ada, other)).toEqual(['for Ada'])
    expect(texts(grace, other)).toEqual([])
    await expect(platform.post(`${other.id}::`, 'all', says('x'), false)).rejects.toThrow(PlatformRefusal)
    // Alone in a channel where the bot is not, without an address: their direct messages.
    await platform.post(`${other.id}::`, identity, says('in private'), false)
    expect(texts(ada)).toEqual(['in private'])
  })

  it('is a direct message of two people, too: it is not private', async () => {
    const { peer, platform, router, ada, grace } = await aStage()
    const theirs = {
      id: peer.workspace.newId('D'),
      name: 'directmessage',
      kind: 'im' as const,
      members: new Set([ada.user.id, grace.user.id]),
    }
    peer.workspace.channels.set(theirs.id, theirs)
    await ada.command('/sandbox list', theirs)
    await ada.command('/sandbox list', ada.direct)
    expect(router.accepted.map(({ asker }) => asker.isPrivate)).toEqual([false, true])
    const { place, identity } = router.accepted[0]?.asker ?? never()
    await platform.post(place, identity, says('for Ada'), false)
    expect(texts(grace, theirs)).toEqual([])
    expect(texts(ada, theirs)).toEqual(['for Ada'])
  })
})

describe('what is for one alone', () => {
  it('goes to their direct messages where it will change, or has files', async () => {
    const { platform, router, ada, grace, general } = await aStage()
    await ada.command('/sandbox create myapp', general)
    const { place, identity } = router.accepted[0]?.asker ?? never()
    const ref = await platform.post(place, identity, says('step one'), true)
    await platform.edit(ref === 'refused' ? '' : ref, says('step two'), false)
    const base64 = Buffer.from('lines').toString('base64')
    await platform.post(place, identity, { blocks: [{ block: 'file', name: 'log.txt', base64 }, button('Go')] }, false)
    expect(ada.sees()).toMatchObject([
      { text: 'step two', edits: 1 },
      { buttons: [{ label: 'Go' }] },
      { files: [{ name: 'log.txt' }] },
    ])
    expect(texts(ada, general).concat(texts(grace, general))).toEqual([])
  })

  it('is told in the channel, to them alone, where direct messages are closed: how it began and how it ended', async () => {
    const { peer, platform, router, ada, grace, general } = await aStage()
    peer.closeDirect(ada.user)
    await ada.command('/sandbox create myapp', general)
    const { place, identity } = router.accepted[0]?.asker ?? never()
    const ref = await platform.post(place, identity, says('step one'), true)
    expect(await platform.edit(ref, says('step two'), true)).toBe(ref)
    await platform.edit(ref, says('done'), false)
    expect(texts(ada, general)).toEqual(['step one', 'done'])
    expect(texts(grace, general)).toEqual([])
    expect(await platform.direct(identity, says('x'))).toBe('refused')
  })

  it('never goes to somebody of the same id in another workspace', async () => {
    const { platform, ada, general } = await aStage()
    const stranger = { platform: 'slack', workspace: 'T0ELSE', user: ada.user.id }
    expect(await platform.direct(stranger, says('a secret'))).toBe('refused')
    expect(await platform.post(`${general.id}::`, stranger, says('a secret'), false)).toBe('refused')
    expect(texts(ada).concat(texts(ada, general))).toEqual([])
  })
})

describe('what people say to the bot by its name', () => {
  it('is answered in its thread, to all and to one alone', async () => {
    const { platform, router, ada, grace, general } = await aStage()
    await ada.mention('list', general)
    const { asker, sentAt } = router.accepted[0] ?? never()
    expect(router.asked[0]).toMatchObject({
      input: { kind: 'words', text: 'list' },
      asker: { name: 'ada', room: general.id, isPrivate: false },
    })
    expect(Math.abs(Date.now() - sentAt.getTime())).toBeLessThan(10_000)
    const [question] = ada.sees(general)
    await platform.post(asker.place, 'all', says('for all'), false)
    await platform.post(asker.place, asker.identity, says('for Ada'), false)
    expect(grace.sees(general).slice(1)).toMatchObject([{ text: 'for all', threadTs: question?.ts }])
    expect(ada.sees(general).slice(1)).toMatchObject([{ text: 'for all' }, { text: 'for Ada', threadTs: question?.ts }])
  })

  it('in a direct message is a command; a form is a button away', async () => {
    const { router, ada } = await aStage()
    router.answer = asksFirst
    await ada.say('port myapp')
    await eventually(() => expect(texts(ada)).toEqual([`Port myapp\n${form.text}`]))
    const [offer] = ada.sees().slice(1)
    await ada.press(offer ?? never(), 'Fill in')
    await eventually(() => expect(ada.form?.title.text).toBe('Port myapp'))
    expect(router.asked.at(-1)?.input).toEqual({ kind: 'press', token: form.token })
    await ada.sendForm({ Port: '3000' })
    expect(router.asked.at(-1)).toMatchObject({
      input: { kind: 'form', token: form.token, answers: { port: '3000' } },
      asker: { isPrivate: true },
    })
    expect(router.reached).toMatchObject([{ user: ada.user.id, workspace: TEAM }])
  })

  it('in a thread of the direct message is answered in it', async () => {
    const { platform, router, ada } = await aStage()
    await ada.say('help')
    const [question] = ada.sees()
    await ada.say('list', question?.ts ?? null)
    const { place, identity } = router.accepted[1]?.asker ?? never()
    await platform.post(place, identity, says('here'), false)
    expect(ada.sees().at(-1)).toMatchObject({ text: 'here', threadTs: question?.ts, onlyMe: false })
  })

  it('of its own it hears nothing: neither its messages nor their edits', async () => {
    const { peer, platform, router, ada } = await aStage()
    const identity = { platform: 'slack', workspace: TEAM, user: ada.user.id }
    const ref = await platform.direct(identity, says('list'))
    await platform.edit(ref, says('list'), false)
    await eventually(() =>
      expect(peer.deliveries.acks.map(({ label }) => label)).toEqual(['own posted', 'own changed']),
    )
    expect(router.asked).toEqual([])
  })
})

describe('forms', () => {
  it('that are refused keep what was filled in, with the reason beside it', async () => {
    const { router, ada, general } = await aStage()
    router.answer = asksFirst
    await ada.command('/sandbox port myapp', general)
    await eventually(() => expect(ada.form).not.toBeNull())
    router.answer = () => ({ kind: 'refuse', message: says('That is a private key.') })
    await ada.sendForm({ Port: '1' })
    expect(Object.values(ada.formErrors)).toEqual(['That is a private key.'])
    router.answer = asksFirst
    await ada.sendForm({ Port: '3000' })
    expect(ada.form).toBeNull()
    expect(router.accepted).toHaveLength(1)
  })

  it('ask once more in the same window', async () => {
    const { router, ada, general } = await aStage()
    const next = everyForm['form-delete'] ?? never()
    router.answer = (input) => ({ kind: 'form', form: input.kind === 'form' ? next : form })
    await ada.command('/sandbox port myapp', general)
    await eventually(() => expect(ada.form).not.toBeNull())
    await ada.sendForm({ Port: '3000' })
    expect(ada.form?.title.text).toBe('Delete myapp')
  })

  it('whose three seconds are over come as a button', async () => {
    const { peer, router, ada, general } = await aStage()
    router.answer = (input) => {
      if (input.kind === 'words') peer.clock.pass(3001)
      return asksFirst(input)
    }
    await ada.command('/sandbox port myapp', general)
    await eventually(() => expect(ada.sees(general)).toMatchObject([{ buttons: [{ label: 'Fill in' }], onlyMe: true }]))
  })
})

describe('the home tab', () => {
  it('has one’s sandboxes and their buttons, and follows what is done', async () => {
    const { router, ada } = await aStage()
    router.page = { title: 'Your sandboxes: 1', blocks: [button('Stop')] }
    await ada.openHome()
    await eventually(() => expect(ada.home).toBe('Your sandboxes: 1\n[Stop]'))
    router.page = says('You have no sandbox yet.')
    await ada.pressHome('Stop')
    expect(router.asked[0]).toMatchObject({ input: { kind: 'press', token: 't-Stop' }, asker: { isPrivate: true } })
    await eventually(() => expect(ada.home).toBe('You have no sandbox yet.'))
  })
})

describe('what comes twice', () => {
  it('is one request, one form, one refusal', async () => {
    const { peer, router, ada, general } = await aStage()
    peer.deliveries.areDoubled = true
    await ada.command('/sandbox list', general)
    await ada.say('list')
    await ada.mention('list', general)
    expect(router.accepted).toHaveLength(3)
    router.answer = asksFirst
    await ada.command('/sandbox port myapp', general)
    await eventually(() => expect(ada.form).not.toBeNull())
    await ada.sendForm({ Port: '3000' })
    expect(router.accepted).toHaveLength(4)
    router.answer = () => ({ kind: 'refuse', message: says('No.') })
    await ada.command('/sandbox dance', general)
    await eventually(() => expect(texts(ada, general)).toEqual(['No.']))
    expect(peer.workspace.views).toEqual([])
  })

  it('is taken again where it could not be written down: it is not acknowledged then', async () => {
    const { peer, router, ada } = await aStage()
    const { answer } = router
    router.answer = () => never()
    void ada.say('list')
    await eventually(() => expect(router.asked).toHaveLength(1))
    expect(peer.deliveries.acks).toEqual([])
    router.answer = answer
    peer.pass(3000)
    await eventually(() => expect(router.accepted).toHaveLength(1))
    await eventually(() => expect(peer.deliveries.pending).toBe(0))
  })
})

describe('connections', () => {
  it('are made anew at once when Slack asks for it: a command in between is not lost', async () => {
    const { peer, router, ada, general } = await aStage()
    peer.sockets.requestRefresh('refresh_requested')
    await ada.command('/sandbox list', general)
    expect(router.accepted).toHaveLength(1)
    expect(ada.trouble).toEqual([])
    expect(peer.sockets.greeted).toBe(2)
  })

  it('that break under a request leave it once', async () => {
    const { peer, router, ada, general } = await aStage()
    peer.deliveries.acksToLose = 1
    void ada.command('/sandbox list', general)
    await eventually(() => expect(router.accepted).toHaveLength(1))
    peer.sockets.drop()
    await eventually(() => expect(peer.deliveries.acks).toHaveLength(1))
    expect(router.accepted).toHaveLength(1)
    expect(ada.trouble).toEqual([])
  })

  it('wait for a Slack that is away at the start; then what waits is delivered', async () => {
    const { peer, platform, router, log } = await aStage({ isDown: true })
    await eventually(() => expect(platform.health().state).toBe('down'))
    await expect(platform.post('C1::', 'all', says('x'), false)).rejects.toThrow('not connected yet')
    expect(log).toMatchObject([{ details: { fix: expect.stringContaining('I try again by myself') as string } }])
    await peer.up()
    await eventually(() => expect(platform.health()).toEqual({ state: 'up' }))
    expect(router.connections).toBe(1)
  })

  it('with a token that is refused say what to do, once', async () => {
    const { peer, platform, log, ada } = await aStage()
    peer.revokeTokens()
    const identity = { platform: 'slack', workspace: TEAM, user: ada.user.id }
    await expect(platform.direct(identity, says('x'))).rejects.toThrow('token_revoked')
    const refused = {
      reason: 'Slack refuses the bot token (token_revoked)',
      fix: expect.stringMatching(/api.slack.com.*bot_token_file.*restart Sandpiper/) as string,
    }
    expect(platform.health()).toEqual({ state: 'down', ...refused })
    await vi.waitFor(
      () => expect(peer.api.calls.filter(({ outcome }) => outcome === 'token_revoked').length).toBeGreaterThan(3),
      patient,
    )
    expect(log.filter(({ details }) => details['reason'] === refused.reason)).toHaveLength(1)
  })

  it('with an app token that is refused say so too', async () => {
    const { platform } = await aStage({ receive: () => ({ way: 'socket', appToken: 'xapp-other' }) })
    expect(platform.health()).toMatchObject({ reason: 'Slack refuses the app token (invalid_auth)' })
  })

  it('of an app that may not do all that it must say what it lacks; logins have another way', async () => {
    const scopes = manifest.scopes.filter((scope) => scope !== 'im:write')
    const { platform, ada } = await aStage({ settings: { ...manifest, scopes } })
    expect(platform.health()).toMatchObject({ state: 'down', reason: expect.stringContaining('im:write') as string })
    const identity = { platform: 'slack', workspace: TEAM, user: ada.user.id }
    expect(await platform.direct(identity, says('x'))).toBe('refused')
  })

  it('end within five seconds, whatever Slack does', async () => {
    const { peer, platform } = await aStage()
    peer.sockets.freeze()
    const began = performance.now()
    await platform.stop()
    expect(performance.now() - began).toBeLessThan(5000)
    expect(platform.health().state).toBe('down')
  })
})

describe('limits', () => {
  it('are kept: nothing is asked again before its time, and other methods go on', async () => {
    const { peer, platform, general } = await aStage()
    const place = `${general.id}::`
    const ref = await platform.post(place, 'all', says('one'), true)
    peer.api.limit('chat.update', 30)
    const edit = (): Promise<unknown> => platform.edit(ref, says('two'), false)
    await expect(edit()).rejects.toMatchObject({ scope: 'destination', retryAfterMs: 30_000 })
    await expect(edit()).rejects.toThrow('rate limited')
    expect(peer.api.calls.filter(({ method }) => method === 'chat.update')).toHaveLength(1)
    await platform.post(place, 'all', says('three'), false)
    peer.pass(30_000)
    expect(await edit()).toBe(ref)
  })

  it('of a message that Slack refuses for good are told apart from those of the moment', async () => {
    const { platform, general } = await aStage()
    general.members.delete(BOT_USER)
    await expect(platform.post(`${general.id}::`, 'all', says('x'), false)).rejects.toThrow(
      'chat.postMessage: not_in_channel',
    )
  })
})

function never(): never {
  throw new Error('it is not there')
}
