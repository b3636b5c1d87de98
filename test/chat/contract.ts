import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Asker, ChatInput, ChatPlatform, ChatRequest, Parsed, Router } from '../../src/bot/chat.js'
import { commands } from '../../src/bot/commands/all.js'
import type { ActionToken, CommandCall, Message, PlatformMessage } from '../../src/bot/message.js'
import { parseIdentity, type Identity } from '../../src/core/person.js'
import { everyCard, everyForm } from '../bot/every-card.js'
import type { ChatPerson, ChatStage, Seen } from './stage.js'

const patient = { timeout: 5000, interval: 20 }

/** A router that keeps what it is asked, and answers what the test wants. */
class RecordingRouter implements Router {
  readonly asked: { readonly asker: Asker; readonly input: ChatInput }[] = []
  readonly accepted: { readonly request: ChatRequest; readonly call: CommandCall }[] = []
  answer: (input: ChatInput) => Parsed = () => ({
    kind: 'run',
    audience: 'caller',
    call: { command: 'list', args: {} },
  })
  parse = (asker: Asker, input: ChatInput): Parsed => {
    this.asked.push({ asker, input })
    return this.answer(input)
  }
  accept: Router['accept'] = (request, call) => {
    this.accepted.push({ request, call })
    return { ended: Promise.resolve('done'), refused: null }
  }
  home = (): PlatformMessage => minted(everyCard['home'] ?? { blocks: [] })
  reachable = (): void => undefined
  connected = (): void => undefined
  left = (): void => undefined
  moved = (): void => undefined
}

/** What every chat platform keeps, each in its own way. */
export function keepsTheContract(stage: ChatStage): void {
  describe(`the contract on ${stage.name}`, () => {
    const { ada, grace } = stage.people
    const router = new RecordingRouter()
    let platform: ChatPlatform
    const says = (text: string): PlatformMessage => ({ blocks: [{ block: 'text', inlines: [text] }] })

    beforeAll(async () => {
      await stage.start()
      platform = stage.platform()
      const menu = commands.map(({ need, ...rest }) => ({ ...rest, needsAdmin: need === 'admin' }))
      await platform.start(menu, router)
      await vi.waitFor(() => expect(platform.health()).toEqual({ state: 'up' }), patient)
      await stage.joined(platform.invitation())
    })
    afterAll(async () => {
      await platform.stop()
      await stage.close()
    })

    it('posts for all, edits in place, and says when people removed it', async () => {
      const ref = await platform.post(stage.channelPlace, 'all', says('first words'), true)
      const before = await seen(grace.channel, 'first words')
      const ref2 = await platform.edit(ref, says('second words'), false)
      const after = await seen(grace.channel, 'second words')
      expect(after.id).toBe(before.id)
      expect(matching(grace.channel(), 'first words')).toEqual([])
      if (stage.lacks.includes('removed messages')) return
      stage.remove(after)
      expect(await platform.edit(ref2, says('third words'), false)).toBe('gone')
    })

    it('the same words again are no error', async () => {
      const ref = await platform.post(stage.channelPlace, 'all', says('the same'), true)
      expect(await platform.edit(ref, says('the same'), false)).not.toBe('gone')
    })

    it('shows what is for one alone to nobody else', async () => {
      await platform.post(stage.channelPlace, identityOf(ada), says('for Ada alone'), false)
      await seen(all(ada), 'for Ada alone')
      expect(matching(all(ada)(), 'for Ada alone')).toHaveLength(1)
      expect(matching(all(grace)(), 'for Ada alone')).toEqual([])
    })

    it('what is for one alone and changes is edited in place too', async () => {
      const ref = await platform.post(stage.channelPlace, identityOf(ada), says('step one'), true)
      await platform.edit(ref, says('step two'), false)
      await seen(all(ada), 'step two')
      expect(['step one', 'step two'].map((words) => matching(all(ada)(), words).length)).toEqual([0, 1])
      expect(matching(all(grace)(), 'step')).toEqual([])
    })

    it('reaches a person by direct message; closed ones are an answer', async () => {
      expect(await platform.direct(identityOf(ada), says('for your eyes'), false)).not.toBe('refused')
      await seen(ada.direct, 'for your eyes')
      expect(matching(ada.channel(), 'for your eyes')).toEqual([])
      if (stage.lacks.includes('closed direct messages')) return
      ada.closeDirect(true)
      expect(await platform.direct(identityOf(ada), says('closed'), false)).toBe('refused')
      ada.closeDirect(false)
    })

    it('carries words, with who said them and where; an event that comes twice has the same key', async () => {
      router.accepted.length = 0
      stage.deliverTwice(true)
      await ada.says('list')
      stage.deliverTwice(false)
      await vi.waitFor(() => expect(router.accepted.length).toBeGreaterThan(0), patient)
      const [{ request } = never()] = router.accepted
      expect(request.asker).toMatchObject({ identity: identityOf(ada), isPrivate: false })
      expect(Math.abs(Date.now() - request.sentAt.getTime())).toBeLessThan(60_000)
      expect(new Set(router.accepted.map((one) => one.request.eventKey)).size).toBe(1)
      await ada.says('list')
      await vi.waitFor(() => expect(new Set(router.accepted.map((one) => one.request.eventKey)).size).toBe(2), patient)
    })

    it('in direct messages the place is private, and the identity the same', async () => {
      router.accepted.length = 0
      await ada.says('list', 'direct')
      await vi.waitFor(() => expect(router.accepted).toHaveLength(1), patient)
      expect(router.accepted[0]?.request.asker).toMatchObject({ identity: identityOf(ada), isPrivate: true })
    })

    it('a button brings its token back, from whoever presses it', async () => {
      await platform.post(stage.channelPlace, 'all', minted(everyCard['sandbox-running'] ?? never()), false)
      const card = await seen(grace.channel, 'myapp · running')
      router.asked.length = 0
      await grace.presses(card, 'Stop')
      await vi.waitFor(() => expect(router.asked).toHaveLength(1), patient)
      expect(router.asked[0]).toMatchObject({
        asker: { identity: identityOf(grace) },
        input: { kind: 'press', token: 't-Stop' },
      })
    })

    it.each(Object.keys(everyForm))('asks with a form, and brings its token and the answers back: %s', async (name) => {
      const form = everyForm[name] ?? never()
      router.answer = (input) =>
        input.kind === 'form' ? { kind: 'run', audience: 'caller', call: form.call } : { kind: 'form', form }
      router.asked.length = 0
      await ada.says(form.call.command)
      const open = await ada.form()
      expect(open.fields).toEqual(form.fields.map((field) => field.name))
      const answers = Object.fromEntries(form.fields.map((field) => [field.name, field.choices[0] ?? '8080']))
      await ada.fills(answers)
      await vi.waitFor(() => expect(router.asked.at(-1)?.input).toMatchObject({ kind: 'form' }), patient)
      expect(router.asked.at(-1)?.input).toEqual({ kind: 'form', token: form.token, answers })
      router.answer = new RecordingRouter().answer
    })

    it('a refusal is for the asker alone', async () => {
      router.answer = () => ({ kind: 'refuse', message: says('that cannot be') })
      await ada.says('dance')
      await seen(all(ada), 'that cannot be')
      expect(matching(all(grace)(), 'that cannot be')).toEqual([])
      router.answer = new RecordingRouter().answer
    })

    it.each(Object.entries(everyCard))('delivers the card %s', async (_, card) => {
      await expect(platform.direct(identityOf(grace), minted(card), false)).resolves.not.toBe('refused')
    })

    it('a file and a picture arrive', async () => {
      const base64 = Buffer.from('all of it\n').toString('base64')
      await platform.direct(
        identityOf(grace),
        {
          title: 'Files',
          blocks: [
            { block: 'file', name: 'log.txt', base64 },
            { block: 'image', alt: 'load', base64: PNG },
          ],
        },
        false,
      )
      const files = (): readonly string[] => grace.direct().flatMap((message) => message.files)
      await vi.waitFor(() => expect(files()).toContain('log.txt'), patient)
      await vi.waitFor(() => expect(files().some((file) => file.endsWith('.png'))).toBe(true), patient)
    })

    it.skipIf(stage.lacks.includes('outages'))('is down while the platform is, and up again by itself', async () => {
      await stage.down(true)
      await expect(platform.post(stage.channelPlace, 'all', says('lost words'), false)).rejects.toThrow()
      await stage.down(false)
      await vi.waitFor(() => expect(platform.health()).toEqual({ state: 'up' }), { timeout: 15_000, interval: 50 })
      await vi.waitFor(
        async () => expect(await platform.post(stage.channelPlace, 'all', says('here again'), false)).toBeTruthy(),
        { timeout: 15_000, interval: 100 },
      )
      await seen(grace.channel, 'here again')
    })
  })
}

/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Tokens that name their buttons. */
function minted(card: Message): PlatformMessage {
  const blocks = card.blocks.map((block): PlatformMessage['blocks'][number] => {
    if (block.block !== 'buttons') return block
    const buttons = block.buttons.map((button) => {
      if ('url' in button) return button
      const { once: _, ...rest } = button
      return { ...rest, press: `t-${button.label.replaceAll(/\W/g, '')}` as ActionToken }
    })
    return { block: 'buttons', buttons }
  })
  return { ...card, blocks }
}

function all(person: ChatPerson): () => readonly Seen[] {
  return () => [...person.channel(), ...person.direct()]
}

/** The newest message there with these words; waits for it. */
async function seen(look: () => readonly Seen[], words: string): Promise<Seen> {
  return vi.waitFor(() => matching(look(), words).at(-1) ?? never(), patient)
}

function matching(messages: readonly Seen[], words: string): readonly Seen[] {
  return messages.filter(({ text }) => text.includes(words))
}

function identityOf(person: ChatPerson): Identity {
  return parseIdentity(person.identity) ?? never()
}

function never(): never {
  throw new Error('it is not there')
}
