import type { CallbackQuery, ChatMemberUpdated, Message, User } from 'grammy/types'
import type { ChatInput, Form, Router } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Clock } from '../../../core/ports.js'
import type { Background } from './background.js'
import { readPayload } from './deep-link.js'
import { askerOf, isOld, type Event } from './event.js'
import { LIMITS } from './limits.js'
import type { Voice } from './voice.js'
import { readPress } from './question-message.js'
import type { Question, QuestionStore } from './question.js'
import { Questions } from './questions.js'
import { renderAlert } from './render.js'
import type { Sender } from './sender.js'
import { typedOf } from './typed.js'

export interface InboundParts {
  readonly router: Router
  readonly sender: Sender
  readonly voice: Voice
  readonly background: Background
  readonly store: QuestionStore
  readonly clock: Clock
  /** Commands that Telegram offers as commands of their own. */
  readonly known: ReadonlySet<string>
  readonly bot: () => { readonly id: number; readonly username: string }
  /** Somebody opened the private chat. */
  readonly started: (user: string) => void
  /** When all that had come was taken, the last time before now; null where it never was. */
  readonly lastContact: () => Date | null
}

const REMEMBERED = 2000
/** Beyond what is still carried out. */
const LONG_AGO_MS = 6 * 60_000

/** What people do becomes requests. All that must not be lost is written down when a method has returned or resolved. */
export class Inbound {
  private readonly questions: Questions
  /** Of this run: what comes twice is not looked at twice. What came before a crash, the inbox knows. */
  private readonly seen = new Set<number>()

  constructor(private readonly parts: InboundParts) {
    this.questions = new Questions({
      ...parts,
      botName: () => parts.bot().username,
      submit: (event, form, answers) => this.submit(event, form, answers),
    })
  }

  /** After each connecting: what was to be asked and was not. */
  resume(): void {
    this.questions.resume()
  }

  message(update: number, message: Message): void {
    const { sender, bot, known } = this.parts
    if (message.migrate_to_chat_id !== undefined)
      return sender.groupMoved(String(message.chat.id), String(message.migrate_to_chat_id))
    if (message.from === undefined || !this.isNew(update)) return
    const typed = typedOf(message, bot().username, known)
    if (message.sender_chat !== undefined || message.from.is_bot) {
      if (typed.typed !== 'nothing' && typed.typed !== 'text') this.parts.voice.refuseNameless(message)
      return
    }
    const event = this.eventOf(update, message, message.from)
    const { place, identity, isPrivate } = event.asker
    switch (typed.typed) {
      case 'start':
        return this.started(event, typed.payload)
      case 'cancel':
        return this.cancelled(event)
      case 'words':
        this.questions.end(place, identity.user, 'It was left unanswered.')
        return this.request(event, { kind: 'words', text: typed.text })
      case 'text':
        return this.said(event, typed.text, message.reply_to_message)
      case 'nothing':
        if (isPrivate && message.text === undefined) this.parts.voice.textOnly(event.asker)
    }
  }

  async press(update: number, query: CallbackQuery): Promise<void> {
    const { message, from, data } = query
    if (message === undefined || data === undefined || !this.isNew(update)) return
    const topic =
      'message_thread_id' in message && message.is_topic_message === true ? message.message_thread_id : undefined
    const asker = askerOf(from, message.chat, topic)
    const event = { asker, eventKey: this.keyOf(update), sentAt: this.parts.clock.now(), message: null }
    const question = readPress(data)
    if (question !== null) return this.pressedQuestion(event, query.id, question)
    const input = { kind: 'press', token: data } as Extract<ChatInput, { kind: 'press' }>
    const parsed = this.parts.router.parse(asker, input)
    const alert = parsed.kind === 'refuse' ? alertOf(parsed.message) : null
    const sentAt = await this.answered(query.id, alert)
    if (alert === null) this.act({ ...event, sentAt }, parsed)
  }

  /** A person opened or closed the private chat. */
  member({ chat, from, new_chat_member: now }: ChatMemberUpdated): void {
    if (chat.type === 'private' && now.status === 'member')
      this.parts.router.reachable(askerOf(from, chat, undefined).identity)
  }

  private started(event: Event, payload: string): void {
    const { router, voice } = this.parts
    const { asker } = event
    const read = readPayload(payload)
    if (asker.isPrivate) {
      router.reachable(asker.identity)
      this.parts.started(asker.identity.user)
      if (read.kind === 'here') return voice.reachable(asker)
    }
    const text = read.kind === 'words' ? `start ${read.words}` : 'help'
    this.request(event, { kind: 'words', text })
  }

  private cancelled(event: Event): void {
    const { place, identity } = event.asker
    if (this.questions.end(place, identity.user, 'Cancelled. Nothing was done.')) this.parts.voice.cancelled(event)
    else this.request(event, { kind: 'words', text: 'cancel' })
  }

  private said(event: Event, text: string, to: Message | undefined): void {
    const { isPrivate } = event.asker
    if (!isPrivate && to?.from?.id !== this.parts.bot().id) return
    const taken = this.questions.answer(event, text, isPrivate ? null : (to?.message_id ?? 0))
    if (taken === 'over') this.parts.voice.over(event)
    if (taken === 'none' && isPrivate) this.request(event, { kind: 'words', text })
  }

  private pressedQuestion(event: Event, query: string, press: NonNullable<ReturnType<typeof readPress>>): void {
    const taken = this.questions.press(event, press)
    const alert =
      taken === 'not-yours'
        ? 'This question is for the one who asked. Send the command yourself.'
        : taken === 'over'
          ? 'This question is over. Send the command again.'
          : null
    this.parts.background.run('the answer to a press', () => this.parts.sender.answerPress(query, alert))
  }

  private submit(event: Event, { token }: Form, answers: Question['answers']): void {
    this.request(event, { kind: 'form', token, answers })
  }

  private request(event: Event, input: ChatInput): void {
    this.act(event, this.parts.router.parse(event.asker, input))
  }

  private act(event: Event, parsed: ReturnType<Router['parse']>): void {
    const { router, voice, clock } = this.parts
    switch (parsed.kind) {
      case 'run':
        return this.accept(event, () => router.accept(event, parsed.call, parsed.audience))
      case 'form':
        // Too old to be carried out, it is answered so; there is nothing to ask.
        if (isOld(event, clock.now())) this.accept(event, () => router.accept(event, parsed.form.call, 'caller'))
        else this.questions.ask(event, parsed.form)
        return
      case 'refuse':
        return voice.tell(event.asker, parsed.message)
      case 'complete':
        return
      default:
        parsed satisfies never
    }
  }

  private accept(event: Event, accept: () => ReturnType<Router['accept']>): void {
    const { refused } = accept()
    if (refused !== null) this.parts.voice.tell(event.asker, refused)
  }

  /** A press has no date: Telegram itself says whether it is too old. Where it does not answer, the last contact counts. */
  private async answered(query: string, alert: string | null): Promise<Date> {
    const now = this.parts.clock.now()
    const last = this.parts.lastContact()
    const longAgo = new Date(Math.min(last?.getTime() ?? Infinity, now.getTime() - LONG_AGO_MS))
    try {
      return (await this.parts.sender.answerPress(query, alert)) === 'fresh' ? now : longAgo
    } catch {
      return last !== null && last.getTime() > longAgo.getTime() ? now : longAgo
    }
  }

  private eventOf(update: number, message: Message, from: User): Event {
    const topic = message.is_topic_message === true ? message.message_thread_id : undefined
    return {
      asker: askerOf(from, message.chat, topic),
      eventKey: this.keyOf(update),
      sentAt: new Date(message.date * 1000),
      message: message.message_id,
    }
  }

  /** Update ids count for each bot. */
  private keyOf(update: number): string {
    return `${this.parts.bot().id}/${update}`
  }

  private isNew(update: number): boolean {
    if (this.seen.has(update)) return false
    if (this.seen.size >= REMEMBERED) for (const old of [...this.seen].slice(0, REMEMBERED / 2)) this.seen.delete(old)
    this.seen.add(update)
    return true
  }
}

/** A refusal that fits in the box that a press can open: seen by the presser alone. Null where it needs more. */
function alertOf(message: PlatformMessage): string | null {
  const words = renderAlert(message)
  const isWhole = words.length < LIMITS.alert && message.blocks.every((block) => block.block === 'text')
  return isWhole && words !== '' ? words : null
}
