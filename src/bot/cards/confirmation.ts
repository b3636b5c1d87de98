import type { Form } from '../chat.js'
import type { Message } from '../message.js'
import { sentence } from './words.js'

/** What the form asks before data is lost. */
export function deleteQuestion(name: string): string {
  return name === ''
    ? 'Delete which sandbox? It stops now and its data is gone. Choose it, and type its name to go on.'
    : `Delete ${name}? It stops now and its data is gone. Type its name to go on.`
}

/** A form as a message, for where there are no forms: what is asked, and the words that answer it. */
export function formCard(form: Omit<Form, 'token'>): Message {
  return {
    title: form.title,
    tone: form.danger ? 'bad' : 'plain',
    blocks: [
      sentence(form.text),
      { block: 'fields', fields: form.fields.map((field) => ({ label: field.label, value: [field.help] })) },
    ],
  }
}
