import type { CallbackQuery, ChatMemberUpdated, Message, User } from 'grammy/types'
import type { Router } from '../../../bot/chat.js'
import type { ActionToken, PlatformMessage } from '../../../bot/message.js'
import type { Clock } from '../../../core/ports.js'
import type { Background } from './background.js'
import { readPayload } from './deep-link.js'
import { askerOf, topicOf, type Event } from './event.js'
import { LIMITS } from './limits.js'
import { readPress } from './question-message.js'
import type { QuestionStore } from './question.js'
import { Questions } from './questions.js'
import { renderAlert } from './render.js'
import { Requests } from './requests.js'
import type { Sender } from './sender.js'
import { typedOf } from './typed.js'
import type { Voice } from './voice.js'

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
  private readonly requests: Requests
  /** Of this run: what comes twice is not looked at twice. What came before a crash, the inbox knows. */
  private readonly seen = new Set<number>()

  constructor(private readonly parts: InboundParts) {
    const questions = new Questions({
      ...parts,
      botName: () => parts.bot().username,
      submit: (event, { token }, answers) => this.requests.take(event, { kind: 'form', token, answers }),
      isTooLate: (event) => this.requests.isTooLate(event),
      tellTooLate: (event, form) => this.requests.tellTooLate(event, form.call),
    })
    this.questions = questions
    this.requests = new Requests({ ...parts, ask: (event, form) => questions.ask(event, form) })
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
    switch (typed.typed) {
      case 'start':
        return this.started(event, typed.payload)
      case 'cancel':
        return this.cancelled(event)
      case 'words':
        this.questions.end(event, 'It was left unanswered.')
        return this.requests.take(event, { kind: 'words', text: typed.text })
      case 'text':
        return this.said(event, typed.text, message.reply_to_message)
      case 'nothing':
        if (event.asker.isPrivate && message.text === undefined) this.parts.voice.textOnly(event.asker)
    }
  }

  /** Answered first, taken after: only then is it known how old it is. */
  async press(update: number, query: CallbackQuery): Promise<void> {
    const { message, from, data } = query
    if (message === undefined || data === undefined || !this.isNew(update)) return
    const asker = askerOf(from, message.chat, 'message_thread_id' in message ? topicOf(message) : null)
    const event = { asker, eventKey: this.keyOf(update), sentAt: this.parts.clock.now(), message: null }
    const question = readPress(data)
    if (question !== null) {
      const refusal = this.questions.refusalOf(event, question)
      const sentAt = await this.answered(query.id, refusal)
      if (refusal === null) this.questions.press({ ...event, sentAt }, question)
      return
    }
    const parsed = this.requests.parse(asker, { kind: 'press', token: data as ActionToken })
    const alert = parsed.kind === 'refuse' ? alertOf(parsed.message) : null
    const sentAt = await this.answered(query.id, alert)
    if (alert === null) this.requests.act({ ...event, sentAt }, parsed)
  }

  /** A person opened or closed the private chat. */
  member({ chat, from, new_chat_member: now }: ChatMemberUpdated): void {
    if (chat.type === 'private' && now.status === 'member')
      this.parts.router.reachable(askerOf(from, chat, null).identity)
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
    this.requests.take(event, { kind: 'words', text })
  }

  private cancelled(event: Event): void {
    if (this.questions.end(event, 'Cancelled. Nothing was done.')) this.parts.voice.cancelled(event)
    else this.requests.take(event, { kind: 'words', text: 'cancel' })
  }

  private said(event: Event, text: string, to: Message | undefined): void {
    const { isPrivate } = event.asker
    if (!isPrivate && to?.from?.id !== this.parts.bot().id) return
    const taken = this.questions.answer(event, text, isPrivate ? null : (to?.message_id ?? 0))
    if (taken === 'over') this.parts.voice.over(event)
    if (taken === 'none' && isPrivate) this.requests.take(event, { kind: 'words', text })
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
    return {
      asker: askerOf(from, message.chat, topicOf(message)),
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
