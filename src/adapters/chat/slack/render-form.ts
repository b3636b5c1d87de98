import type { types } from '@slack/bolt'
import type { Form, FormField } from '../../../bot/chat.js'
import { harmless } from '../../../bot/plain-text.js'
import { cut, LIMITS } from './limits.js'
import { plainObject } from './render.js'
import { plain, richBlocks } from './rich-text.js'

export const FORM = 'form'
const ANSWER = 'answer'
const MOST_TEXT = 2000

/** What comes back with the answers: the command by its token, and where it was asked. */
export interface FormContext {
  readonly token: string
  readonly place: string
}

/** A form as a modal. Total, as messages are. */
export function renderForm(form: Form, place: string): types.ModalView {
  const context: FormContext = { token: form.token, place }
  return {
    type: 'modal',
    callback_id: FORM,
    private_metadata: JSON.stringify(context),
    title: plainObject(form.title, LIMITS.viewTitle),
    submit: plainObject(form.submit, LIMITS.viewTitle),
    close: plainObject('Cancel', LIMITS.viewTitle),
    blocks: [
      ...richBlocks([plain(harmless(form.text))], MOST_TEXT),
      ...form.fields.slice(0, LIMITS.viewBlocks - 2).map(renderField),
    ],
  }
}

/** Null for what this bot did not write. */
export function readContext(metadata: string): FormContext | null {
  try {
    const { token, place } = JSON.parse(metadata) as Partial<Record<keyof FormContext, unknown>>
    return typeof token === 'string' && typeof place === 'string' ? { token, place } : null
  } catch {
    return null
  }
}

type State = Readonly<Record<string, Readonly<Record<string, AnswerState>>>>

interface AnswerState {
  readonly value?: string | null
  readonly selected_option?: { readonly value?: string } | null
}

/** By the names of the fields; what was left empty is left out. */
export function readAnswers(values: State): Readonly<Record<string, string>> {
  const answers = Object.entries(values).flatMap(([block, inputs]) => {
    const answer = inputs[ANSWER]
    const text = answer?.selected_option?.value ?? answer?.value ?? ''
    return text === '' ? [] : [[block.slice(block.indexOf(':') + 1), text]]
  })
  return Object.fromEntries(answers) as Record<string, string>
}

/** Told beside the first field, so that what was filled in stays. */
export function refusedAnswers(view: { readonly blocks: readonly object[] }, sentence: string): Record<string, string> {
  const input = view.blocks.find((block): block is { block_id: string } => 'block_id' in block && 'element' in block)
  return input === undefined ? {} : { [input.block_id]: cut(sentence, LIMITS.inputLabel) }
}

/** Numbered, so that no two are the same. */
function renderField(field: FormField, index: number): types.InputBlock {
  const help = harmless(field.help)
  return {
    type: 'input',
    block_id: cut(`${index}:${harmless(field.name)}`, LIMITS.blockId),
    label: plainObject(field.label, LIMITS.inputLabel),
    ...(help.trim() === '' ? {} : { hint: plainObject(help, LIMITS.inputLabel) }),
    optional: !field.required,
    element: renderInput(field),
  }
}

function renderInput(field: FormField): types.InputBlockElement {
  const options = optionsOf(field)
  if (options !== null) {
    const initial = options.find(({ value }) => value === field.value)
    const chosen = initial === undefined ? {} : { initial_option: initial }
    return { type: 'static_select', action_id: ANSWER, options, ...chosen }
  }
  if (field.kind === 'number') {
    const initial = /^-?\d{1,15}$/.test(field.value) ? { initial_value: field.value } : {}
    return { type: 'number_input', action_id: ANSWER, is_decimal_allowed: false, ...initial }
  }
  const initial = cut(field.value.split('\n').map(harmless).join('\n'), LIMITS.textInput)
  return {
    type: 'plain_text_input',
    action_id: ANSWER,
    multiline: field.kind === 'long',
    max_length: LIMITS.textInput,
    ...(initial === '' ? {} : { initial_value: initial }),
  }
}

/** Null where the choices cannot be shown as they are: they are typed then. */
function optionsOf({ kind, choices }: FormField): types.PlainTextOption[] | null {
  const canBeShown = (choice: string): boolean =>
    choice.trim() !== '' && choice.length <= LIMITS.optionText && harmless(choice) === choice
  const areShown = choices.length <= LIMITS.options && new Set(choices).size === choices.length
  if (kind !== 'choice' || choices.length === 0 || !areShown || !choices.every(canBeShown)) return null
  return choices.map((choice) => ({ text: plainObject(choice, LIMITS.optionText), value: choice }))
}
