import type { ForceReply, InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types'
import type { FormField } from '../../../bot/chat.js'
import { cut, LIMITS } from './limits.js'
import { isGroup, readPlace } from './places.js'
import { nextField, type Question } from './question.js'
import { labelOf, rowsOf } from './render.js'
import { bold, cutSpans, htmlOf, plain, type Span } from './spans.js'

export interface AskedMessage {
  readonly html: string
  readonly markup: InlineKeyboardMarkup | ForceReply
}

const PREFIX = 'q'
const CANCEL = 'x'
const MOST_PLACEHOLDER = 64

/** What a pressed button of a question means; null where the button is another one's. */
export type QuestionPress =
  | { readonly id: string; readonly press: 'cancel' }
  | { readonly id: string; readonly press: 'choice'; readonly field: number; readonly choice: number }

export function readPress(data: string): QuestionPress | null {
  const [prefix, id = '', first = '', second] = data.split(':')
  if (prefix !== PREFIX) return null
  if (first === CANCEL) return { id, press: 'cancel' }
  return { id, press: 'choice', field: Number(first), choice: Number(second) }
}

/** One field of the form; in a group to the asker by name, with the field for an answer open before them alone. */
export function questionMessage(question: Question, botName: string): AskedMessage {
  const { form, answers, person, name } = question
  const field = nextField(question)
  const isFirst = Object.keys(answers).length === 0
  const isReply = asksReply(question)
  const html = htmlOf(
    cutSpans(
      [
        ...(isInGroup(question) ? [{ text: plain(name).text, user: person }, plain(', ')] : []),
        bold(form.title),
        ...(isFirst ? [{ text: '\n' }, plain(form.text)] : []),
        ...(field === undefined ? [] : [{ text: '\n\n' }, ...fieldSpans(field, form.fields)]),
        ...(isReply ? [{ text: `\nReply to this message, or stop: /cancel@${botName}` }] : []),
      ],
      LIMITS.text,
    ),
  )
  return { html, markup: isReply ? forceReply(field) : keyboard(question, field) }
}

/** Privacy mode hides plain answers in groups: there Telegram opens the field for a reply, unless buttons do. */
export function asksReply(question: Question): boolean {
  return isInGroup(question) && (nextField(question)?.choices.length ?? 0) === 0
}

/** In place of the question once it is over. */
export function endedMessage({ form }: Question, how: string): string {
  return htmlOf(cutSpans([bold(form.title), { text: '\n' }, plain(how)], LIMITS.text))
}

function isInGroup({ place }: Question): boolean {
  return isGroup(readPlace(place).chat)
}

function fieldSpans(field: FormField, all: readonly FormField[]): readonly Span[] {
  const count = all.length === 1 ? '' : ` (${all.indexOf(field) + 1} of ${all.length})`
  return [bold(`${field.label}${count}`), plain(`: ${field.help}`)]
}

function forceReply(field: FormField | undefined): ForceReply {
  const placeholder = cut(field?.label ?? '', MOST_PLACEHOLDER)
  return {
    force_reply: true,
    selective: true,
    ...(placeholder !== '' && { input_field_placeholder: placeholder }),
  }
}

function keyboard({ id, form }: Question, field: FormField | undefined): InlineKeyboardMarkup {
  const at = field === undefined ? 0 : form.fields.indexOf(field)
  const choices = (field?.choices ?? []).map((choice, index): InlineKeyboardButton => {
    return { text: labelOf(choice), callback_data: [PREFIX, id, at, index].join(':') }
  })
  const cancel = { text: 'Cancel', callback_data: [PREFIX, id, CANCEL].join(':') }
  return { inline_keyboard: [...rowsOf(choices.slice(0, LIMITS.buttons - 1)), [cancel]] }
}
