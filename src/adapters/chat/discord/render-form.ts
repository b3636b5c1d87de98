import {
  ComponentType,
  TextInputStyle,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APITextDisplayComponent,
} from 'discord.js'
import type { Form, FormField } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import { harmless } from '../../../bot/plain-text.js'
import { cut, limits } from './limits.js'
import { fit, plain } from './markdown.js'

/** A form as a modal. What does not fit into one is asked in a second one. */
export function renderForm(form: Form): APIModalInteractionResponseCallbackData {
  const text = fit([plain(form.text)], limits.form.text)
  const lead: APITextDisplayComponent[] = text.trim() === '' ? [] : [{ type: ComponentType.TextDisplay, content: text }]
  const fields = form.fields.slice(0, limits.form.parts - lead.length).map(labelOf)
  return {
    custom_id: form.token,
    title: words(form.title, limits.form.title),
    components: [...lead, ...fields],
  }
}

/** A modal cannot follow on a modal: a button opens the next one. */
export function formButton(form: Form): PlatformMessage {
  return {
    title: form.title,
    blocks: [
      { block: 'text', inlines: [form.text] },
      {
        block: 'buttons',
        buttons: [{ label: form.submit, press: form.token, style: form.danger ? 'danger' : 'primary' }],
      },
    ],
  }
}

function labelOf(field: FormField): APILabelComponent {
  const description = words(field.help, limits.form.description)
  return {
    type: ComponentType.Label,
    label: words(field.label, limits.form.label),
    ...(description !== '…' && { description }),
    component: isSelect(field) ? selectOf(field) : inputOf(field),
  }
}

function isSelect({ kind, choices }: FormField): boolean {
  const { options, option } = limits.form
  const isWithin = choices.length > 0 && choices.length <= options && new Set(choices).size === choices.length
  return (
    kind === 'choice' &&
    isWithin &&
    choices.every((one) => one.trim() !== '' && one.length <= option && !/\p{Cs}/u.test(one))
  )
}

function selectOf({ name, choices, value, required }: FormField): APILabelComponent['component'] {
  return {
    type: ComponentType.StringSelect,
    custom_id: name,
    required,
    options: choices.map((choice) => ({
      label: words(choice, limits.form.option),
      value: choice,
      ...(choice === value && { default: true }),
    })),
  }
}

function inputOf({ name, kind, value, required }: FormField): APILabelComponent['component'] {
  const filled = cut(value.replace(/\p{Cs}/gu, '\ufffd'), limits.form.value)
  return {
    type: ComponentType.TextInput,
    custom_id: name,
    style: kind === 'long' ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required,
    ...(filled !== '' && { value: filled }),
  }
}

/** Never empty; no markup is read in it. */
function words(text: string, most: number): string {
  const shown = cut(harmless(text), most)
  return shown.trim() === '' ? '…' : shown
}
