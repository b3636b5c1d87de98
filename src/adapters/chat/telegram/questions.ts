import { randomBytes } from 'node:crypto'
import { diskTrouble } from '../../../bot/cards/refusal.js'
import type { Form, FormField } from '../../../bot/chat.js'
import { withoutButtons } from '../../../bot/message.js'
import { InfraError } from '../../../core/errors.js'
import type { Clock } from '../../../core/ports.js'
import type { Background } from './background.js'
import type { Event } from './event.js'
import { readPlace } from './places.js'
import { nextField, type Question, type QuestionStore } from './question.js'
import { asksReply, endedMessage, questionMessage, type QuestionPress } from './question-message.js'
import type { Sender } from './sender.js'
import type { Voice } from './voice.js'

const OPEN_MS = 15 * 60_000
const KEPT_MS = 24 * 3_600_000

export interface QuestionsParts {
  readonly store: QuestionStore
  readonly sender: Sender
  readonly voice: Voice
  readonly background: Background
  readonly clock: Clock
  readonly botName: () => string
  /** All fields are answered. */
  readonly submit: (event: Event, form: Form, answers: Question['answers']) => void
  readonly isTooLate: (event: Event) => boolean
  readonly tellTooLate: (event: Event, form: Form) => void
}

/** What became of an answer. */
export type Taken = 'taken' | 'over' | 'none'

/** Forms as questions in turn. Each step is written down before it is acknowledged; what was not asked yet is asked later. */
export class Questions {
  private readonly sending = new Set<string>()

  constructor(private readonly parts: QuestionsParts) {}

  /** One question a person and place: a former one ends. */
  ask(event: Event, form: Form): void {
    const { store, clock } = this.parts
    const { place, identity, name } = event.asker
    const former = store.ofPerson(place, identity.user)
    if (former.some((one) => one.event === event.eventKey)) return
    this.guarded(event, () => {
      this.end(event, 'It was left unanswered.')
      store.forgetBefore(new Date(clock.now().getTime() - KEPT_MS))
      this.proceed({
        id: randomBytes(6).toString('base64url'),
        place,
        person: identity.user,
        name,
        form,
        answers: {},
        state: 'open',
        message: null,
        replyTo: event.message,
        event: event.eventKey,
        expiresAt: new Date(clock.now().getTime() + OPEN_MS),
      })
    })
  }

  /** `to`: the message that is replied to; null where it is the next thing said in a private chat. */
  answer(event: Event, text: string, to: number | null): Taken {
    const { place, identity } = event.asker
    const own = this.parts.store.ofPerson(place, identity.user)
    if (own.some((one) => one.event === event.eventKey)) return 'taken'
    const meant = own.find((one) => to === null || one.message === null || isMessage(one, to))
    if (meant === undefined) return 'none'
    if (!this.isOpen(meant)) return to === null ? 'none' : 'over'
    const field = nextField(meant)
    const { message } = meant
    if (field === undefined) return 'over'
    if (message !== null && !asksReply(meant)) {
      this.parts.background.run('the end of a question', () => this.parts.sender.dropKeyboard(message))
    }
    this.take(event, meant, field, text)
    return 'taken'
  }

  /** Why a press of this one counts for nothing, in words; null where it counts. */
  refusalOf(event: Event, press: QuestionPress): string | null {
    const question = this.parts.store.find(press.id)
    if (question?.event === event.eventKey) return null
    if (question !== undefined && question.person !== event.asker.identity.user)
      return 'This question is for the one who asked. Send the command yourself.'
    const isNow =
      question !== undefined && this.isOpen(question) && (press.press === 'cancel' || chosen(question, press))
    return isNow ? null : 'This question is over. Send the command again.'
  }

  press(event: Event, press: QuestionPress): void {
    const question = this.parts.store.find(press.id)
    if (question === undefined || question.event === event.eventKey) return
    if (press.press === 'cancel') return void this.end(event, 'Cancelled. Nothing was done.')
    const choice = chosen(question, press)
    if (choice === null) return
    this.replace(question, `${choice.field.label}: ${choice.value}`)
    this.take(event, question, choice.field, choice.value)
  }

  /** Ends the open one of this person there; false where there is none. `how` is said in its place. */
  end(event: Event, how: string): boolean {
    const { store } = this.parts
    const { asker } = event
    const question = store.ofPerson(asker.place, asker.identity.user).find((one) => this.isOpen(one))
    if (question === undefined) return false
    return this.guarded(event, () => {
      store.put({ ...question, state: 'ended' })
      this.replace(question, how)
    })
  }

  /** After a start: what was written down, and not asked. */
  resume(): void {
    for (const question of this.parts.store.unsent()) if (this.isOpen(question)) this.send(question)
  }

  private take(event: Event, question: Question, field: FormField, text: string): void {
    const answers = { ...question.answers, [field.name]: text }
    const next = { ...question, answers, event: event.eventKey, replyTo: event.message }
    this.guarded(event, () => {
      if (this.parts.isTooLate(event)) {
        this.parts.tellTooLate(event, question.form)
        return this.parts.store.put({ ...next, answers: {}, state: 'ended' })
      }
      if (nextField(next) !== undefined) return this.proceed({ ...next, message: null })
      // Written down there first; with the same event, a second delivery changes nothing.
      this.parts.submit(event, question.form, answers)
      // Answers are not kept longer than needed.
      this.parts.store.put({ ...next, answers: {}, state: 'answered' })
    })
  }

  private proceed(question: Question): void {
    this.parts.store.put(question)
    this.send(question)
  }

  private send(question: Question): void {
    const { background, sender, store, botName } = this.parts
    const step = `${question.id} ${question.event}`
    if (this.sending.has(step)) return
    this.sending.add(step)
    const { html, markup } = questionMessage(question, botName())
    const extras = { markup, ...(question.replyTo !== null && { replyTo: question.replyTo }) }
    background.run('a question', async () => {
      const message = await sender.sendHtml(readPlace(question.place), html, extras)
      this.sending.delete(step)
      const now = store.find(question.id)
      // Meanwhile it may have been answered: people can be faster than the answer to the request that asked them.
      if (message !== 'closed' && now?.event === question.event && now.state === 'open') store.put({ ...now, message })
    })
  }

  /** A field for an answer cannot be edited: there, nothing is said in its place. */
  private replace(question: Question, how: string): void {
    const { message } = question
    if (message === null || asksReply(question)) return
    const rendered = { html: endedMessage(question, how), keyboard: null }
    this.parts.background.run('the end of a question', () => this.parts.sender.editHtml(message, rendered))
  }

  private isOpen(question: Question): boolean {
    return question.state === 'open' && question.expiresAt.getTime() > this.parts.clock.now().getTime()
  }

  /** A disk that is full must not be silence. False where it is. */
  private guarded(event: Event, write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      if (!(error instanceof InfraError) || error.system !== 'disk' || error.sentence === undefined) throw error
      this.parts.voice.tell(event.asker, withoutButtons(diskTrouble(error.sentence)))
      return false
    }
  }
}

/** The field that is asked for now, with the value that was pressed; null where the press is of another field. */
function chosen(
  question: Question,
  press: Extract<QuestionPress, { press: 'choice' }>,
): { readonly field: FormField; readonly value: string } | null {
  const field = question.form.fields[press.field]
  const value = field?.choices[press.choice]
  return field === undefined || field !== nextField(question) || value === undefined ? null : { field, value }
}

function isMessage({ message }: Question, id: number): boolean {
  return message !== null && message.endsWith(`:${id}`)
}
