import type { Form, FormField } from '../../../bot/chat.js'
import type { MessageRef, PlaceId } from '../../../bot/chat.js'

/** A form that is asked for one answer after the other. */
export interface Question {
  /** Short: it stands in buttons. */
  readonly id: string
  readonly place: PlaceId
  /** The id of the one who is asked; nobody else's answer counts. */
  readonly person: string
  readonly name: string
  readonly form: Form
  /** Those given so far, by field. */
  readonly answers: Readonly<Record<string, string>>
  readonly state: 'open' | 'answered' | 'ended'
  /** The message that asks for the next answer; null while it has not been sent. */
  readonly message: MessageRef | null
  /** The message by which the form was asked for; null where it was a button. */
  readonly replyTo: number | null
  /** The event that brought it as far as it is: the same twice changes nothing. */
  readonly event: string
  readonly expiresAt: Date
}

/** What of it must outlive a restart. Synchronous. */
export interface QuestionStore {
  /** Anew, or in place of what this question was. */
  put(question: Question): void
  find(id: string): Question | undefined
  /** Those of this person there, the newest first; also such as are no longer open. */
  ofPerson(place: PlaceId, person: string): readonly Question[]
  /** Open ones whose message has not been sent. */
  unsent(): readonly Question[]
  forgetBefore(time: Date): void
}

/** The field that is asked for now; undefined where all are answered. */
export function nextField({ form, answers }: Question): FormField | undefined {
  return form.fields.find((field) => answers[field.name] === undefined)
}
