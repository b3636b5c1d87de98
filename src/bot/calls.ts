import type { Asker, ChatInput } from './chat.js'
import type { ActionTokens } from './action-tokens.js'
import type { Codes } from './codes.js'
import type { Command } from './command.js'
import type { CommandCall } from './message.js'
import { checkCall, findCommand, parseWords } from './parse.js'

export type Question = Extract<ChatInput, { kind: 'complete' | 'choices' }>

export interface CallsParts {
  readonly commands: readonly Command[]
  readonly tokens: ActionTokens
  readonly codes: Codes
}

/** What people put in, whatever its form, as a call. */
export class Calls {
  constructor(private readonly parts: CallsParts) {}

  /** Codes are sealed here, before anything is written down; a button's call holds none. Throws UserError. */
  of(asker: Asker, input: Exclude<ChatInput, Question>): CommandCall {
    const { commands, tokens } = this.parts
    switch (input.kind) {
      case 'words':
        return this.sealed(parseWords(input.text, commands))
      case 'call':
        return this.sealed(checkCall(input.call, commands))
      case 'press':
        return checkCall(tokens.open(input.token, asker.identity), commands)
      case 'form': {
        const call = tokens.open(input.token, asker.identity)
        const given = Object.entries(input.answers).filter(([, value]) => value.trim() !== '')
        const { args } = this.sealed({ ...call, args: Object.fromEntries(given) })
        return checkCall({ ...call, args: { ...call.args, ...args } }, commands)
      }
    }
  }

  private sealed({ command, args }: CommandCall): CommandCall {
    const names = findCommand(command, this.parts.commands)
      .args.filter((one) => one.isCode)
      .map((one) => one.name)
    const kept = Object.entries(args).map(([name, value]): [string, string] => [
      name,
      names.includes(name) ? this.parts.codes.seal(value) : value,
    ])
    return { command, args: Object.fromEntries(kept) }
  }
}

export function isQuestion(input: ChatInput): input is Question {
  return input.kind === 'complete' || input.kind === 'choices'
}
