import { deleteQuestion } from './cards/confirmation.js'
import { capital } from './cards/words.js'
import type { Form, FormField } from './chat.js'
import type { Argument, Command } from './command.js'
import type { CommandCall } from './message.js'

const MOST_CHOICES = 25

/** A form for what the call still needs; null where it needs nothing. `sandboxes`: what the asker may choose from. */
export function missingForm(
  command: Command,
  call: CommandCall,
  sandboxes: readonly string[],
): Omit<Form, 'token'> | null {
  const missing = command.args.filter((one) => one.required(call.args) && (call.args[one.name] ?? '').trim() === '')
  if (missing.length === 0) return null
  const sandbox = call.args['sandbox'] ?? ''
  return {
    title: capital(sandbox === '' ? command.name : `${command.name} ${sandbox}`),
    text: command.danger ? deleteQuestion(sandbox) : `${command.summary}.`,
    submit: capital(command.name),
    danger: command.danger,
    call,
    fields: missing.map((argument) => fieldOf(argument, sandboxes)),
  }
}

function fieldOf(argument: Argument, sandboxes: readonly string[]): FormField {
  const choices = argument.kind === 'sandbox' ? sandboxes : argument.choices
  const chosen = choices.length > 0 && choices.length <= MOST_CHOICES
  const { name, label, help } = argument
  return {
    name,
    label,
    help,
    kind: chosen ? 'choice' : kindOf(argument),
    choices: chosen ? choices : [],
    value: '',
    required: true,
  }
}

function kindOf(argument: Argument): FormField['kind'] {
  switch (argument.kind) {
    case 'number':
      return 'number'
    case 'rest':
      return 'long'
    case 'text':
    case 'choice':
    case 'sandbox':
    case 'flag':
      return 'text'
  }
}
