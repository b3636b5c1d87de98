import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { nothing, TestService } from '../service/service.js'
import type { ChatPerson, ChatStage, Seen } from './stage.js'

/** A platform's limits are by the minute: what is edited may wait for so long. */
const patient = { timeout: 65_000, interval: 25 }

/** The life of a sandbox as people on a chat platform see it: the same on every one. */
export function livesOnChat(stage: ChatStage): void {
  describe(`a sandbox on ${stage.name}`, { timeout: 150_000 }, () => {
    const { ada, grace, eve } = stage.people
    let service: TestService
    let login = { user: '', password: '' }

    beforeAll(async () => {
      await stage.start()
      service = new TestService(undefined, stage.config(), { admins: [ada.identity], members: [grace.identity] })
      await service.start()
      await service.serve()
      await stage.joined(service.pageLink.href)
      await service.ready()
    }, 30_000)
    afterAll(async () => {
      await service.close()
      await stage.close()
    })

    it('is created: one line for all, the progress for the asker, then the card', async () => {
      await ada.says('create myapp')
      const progress = await sees(all(ada), /◐ Creating myapp|myapp is created/)
      await sees(all(ada), /myapp is created[^]*instance created/)
      const now = await card(grace.channel, '● myapp · running')
      expect(labels(now)).toEqual(['Open app', 'Open agent', 'Stop', 'Restart', 'Delete'])
      expect(textOf(all(grace))).not.toMatch(/Creating myapp|myapp is created|instance created/)
      // The same message all the way: progress is edited, never sent anew.
      expect(all(ada)().filter(({ text }) => /Creating myapp|myapp is created/.test(text))).toHaveLength(1)
      expect(progress.id).toBe((await sees(all(ada), /myapp is created/)).id)
      expect((await service.visit('myapp.localhost')).status).toBe(200)
    })

    it('has its login by direct message, and nowhere else', async () => {
      login = await loginIn(ada)
      expect(textOf(grace.channel) + textOf(grace.direct) + textOf(ada.channel)).not.toContain(login.password)
      expect((await service.visit('shelley.myapp.localhost')).status).toBe(401)
      expect((await service.visit('shelley.myapp.localhost', login)).status).toBe(200)
    })

    it('has its card in the direct messages of its owner too', async () => {
      const now = await card(ada.direct, '● myapp · running')
      expect(labels(now)).toContain('Stop')
    })

    it('is not stopped by another one pressing its button: that one alone reads why', async () => {
      await grace.presses(await card(grace.channel, '● myapp · running'), 'Stop')
      await sees(all(grace), /Only myapp's owner, \w+, or an admin can stop it/)
      expect(textOf(all(ada))).not.toContain('Only myapp')
      await eve.presses(await card(eve.channel, '● myapp · running'), 'Stop')
      await sees(all(eve), /I do not know you yet/)
      expect((await service.visit('myapp.localhost')).status).toBe(200)
    })

    it('is stopped by a button; the older card has no buttons any more, the new one can start it', async () => {
      const older = await card(ada.channel, '● myapp · running')
      await ada.presses(older, 'Stop')
      const now = await card(others(grace.channel, older.id), '○ myapp · stopped')
      await vi.waitFor(() => expect(labels(found(grace.channel, older.id))).toEqual([]), patient)
      expect(labels(now)).toEqual(['Start', 'Delete'])
      expect((await service.visit('myapp.localhost')).status).toBe(503)
      await card(ada.direct, '○ myapp · stopped')
      await ada.presses(now, 'Start')
      await card(grace.channel, '● myapp · running')
      await vi.waitFor(async () => expect((await service.visit('myapp.localhost')).status).toBe(200), patient)
    })

    it('keeps its card and its buttons when the bot starts anew', async () => {
      await service.stop()
      await service.serve()
      await stage.joined(service.pageLink.href)
      const now = await card(grace.channel, '● myapp · running')
      await ada.presses(now, 'Restart')
      await sees(all(ada), /myapp is restarted/)
      // The line for all has become the card.
      await vi.waitFor(() => expect(textOf(grace.channel)).not.toContain('restarting myapp'), patient)
      // The newest card is another one from then on.
      await vi.waitFor(() => expect(labels(found(grace.channel, now.id))).toEqual([]), patient)
      await vi.waitFor(async () => expect((await service.visit('myapp.localhost')).status).toBe(200), patient)
    })

    it('has its card follow what others do on the host, in place', async () => {
      const now = await card(ada.channel, '● myapp · running')
      const count = all(ada)().length
      await service.powerOff('myapp')
      await vi.waitFor(() => expect(found(ada.channel, now.id).text).toMatch(/○ myapp · stopped/), patient)
      expect(all(ada)()).toHaveLength(count)
      await ada.presses(found(ada.channel, now.id), 'Start')
      await card(ada.channel, '● myapp · running')
    })

    it('gets another port by a form', async () => {
      await ada.says('port myapp')
      expect((await ada.form()).fields).toEqual(['port'])
      await ada.fills({ port: '70000' })
      await sees(all(ada), /A port is a number from 1 to 65535/)
      await ada.says('port myapp')
      await ada.form()
      await ada.fills({ port: '3000' })
      await sees(grace.channel, /app port 3000/)
    })

    it('gets a new login by direct message; the old one dies', async () => {
      const former = login.password
      await ada.says('credentials myapp')
      await vi.waitFor(async () => expect((await loginIn(ada)).password).not.toBe(former), patient)
      login = await loginIn(ada)
      expect((await service.visit('shelley.myapp.localhost', { user: login.user, password: former })).status).toBe(401)
      expect((await service.visit('shelley.myapp.localhost', login)).status).toBe(200)
      expect(textOf(grace.channel)).not.toContain('login of myapp')
    })

    const canClose = !stage.lacks.includes('closed direct messages')
    it.runIf(canClose)('shows a new login to the asker alone where direct messages are closed', async () => {
      ada.closeDirect(true)
      await ada.says('credentials myapp')
      if (stage.showsAlone) {
        const refused = await sees(ada.channel, /could not send you the login/)
        await ada.presses(refused, 'Show it here')
        await vi.waitFor(() => expect(textOf(ada.channel)).toMatch(/Password/), patient)
        const shown = passwordIn(textOf(ada.channel))
        expect(shown).not.toBe(login.password)
        expect(textOf(grace.channel)).not.toContain(shown)
        expect((await service.visit('shelley.myapp.localhost', { ...login, password: shown })).status).toBe(200)
        ada.closeDirect(false)
      } else {
        await vi.waitFor(async () => {
          expect((await service.visit('shelley.myapp.localhost', login)).status).toBe(401)
        }, patient)
        expect(textOf(grace.channel)).not.toMatch(/Password/)
        ada.closeDirect(false)
        await ada.presses(await sees(ada.direct, /could not send you the login/), 'New login')
        await vi.waitFor(() => expect(lastPassword(ada)).not.toBe(login.password), patient)
      }
    })

    it('is deleted only by its name, and leaves nothing', async () => {
      await ada.says('delete myapp')
      expect((await ada.form()).text).toMatch(/Delete myapp\?/)
      await ada.fills({ confirm: 'my-app' })
      await sees(all(ada), /That is not its name/)
      await ada.says('delete myapp')
      await ada.form()
      await ada.fills({ confirm: 'myapp' })
      await sees(grace.channel, /deleted myapp/)
      expect(await service.traces()).toEqual(nothing)
      await vi.waitFor(
        () => expect(labelsOfAll(grace.channel).concat(labelsOfAll(ada.direct))).not.toContain('Delete'),
        patient,
      )
    })

    it('is listed no more', async () => {
      await ada.says('list')
      await sees(all(ada), /You have no sandbox yet/)
    })

    it('is nothing to a stranger', async () => {
      await eve.says('create hers')
      await sees(all(eve), /I do not know you yet/)
      expect(textOf(grace.channel)).not.toContain('hers')
      expect(await service.traces()).toEqual(nothing)
    })
  })
}

type Look = () => readonly Seen[]

function all(person: ChatPerson): Look {
  return () => [...person.channel(), ...person.direct()]
}

/** The newest message there that reads so; waits for it. */
async function sees(look: Look, words: RegExp): Promise<Seen> {
  return vi.waitFor(() => {
    const message = look().findLast(({ text }) => words.test(text))
    if (message === undefined) throw new Error(`nobody sees ${words}, but:\n${textOf(look)}`)
    return message
  }, patient)
}

/** The newest card there, once it says so; an older one has no buttons. */
async function card(look: Look, title: string): Promise<Seen> {
  return vi.waitFor(() => {
    const newest = look().findLast(({ text, buttons }) => /[●○◐✕] myapp · /.test(text) && buttons.length > 0)
    if (newest?.text.includes(title) !== true) throw new Error(`the newest card is not ${title}, but:\n${textOf(look)}`)
    return newest
  }, patient)
}

/** The older card says the same, and may be edited first. */
function others(look: Look, id: string): Look {
  return () => look().filter((one) => one.id !== id)
}

function found(look: Look, id: string): Seen {
  const message = look().find((one) => one.id === id)
  if (message === undefined) throw new Error(`there is no message ${id}`)
  return message
}

function textOf(look: Look): string {
  return look()
    .map(({ text }) => text)
    .join('\n\n')
}

function labels(message: Seen): readonly string[] {
  return message.buttons.map(({ label }) => label)
}

function labelsOfAll(look: Look): readonly string[] {
  return look().flatMap(labels)
}

async function loginIn(person: ChatPerson): Promise<{ user: string; password: string }> {
  const { text } = await sees(person.direct, /Login for \w+'s agent[^]*Password/)
  return { user: /User\W+([a-z0-9._-]+)/.exec(text)?.[1] ?? '', password: passwordIn(text) }
}

function lastPassword(person: ChatPerson): string {
  return passwordIn(person.direct().findLast(({ text }) => text.includes('Password'))?.text ?? '')
}

function passwordIn(text: string): string {
  return /Password\W+([a-z0-9-]+)/.exec(text)?.[1] ?? ''
}
