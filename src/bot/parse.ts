import { UserError } from '../core/errors.js'
import { shown } from '../core/shown.js'
import type { Argument, Command } from './command.js'
import { nearest } from './nearest.js'
import type { CommandCall } from './message.js'

const LONGEST = 8000

/** Words as a person types them, quotes taken off. A quote that is never closed reaches to the end. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  for (const match of text.matchAll(/(?:[^\s"']|"[^"]*(?:"|$)|'[^']*(?:'|$))+/gu)) {
    words.push(
      match[0].replace(/"([^"]*)(?:"|$)|'([^']*)(?:'|$)/gu, (_, double, single) => `${double ?? single ?? ''}`),
    )
  }
  return words
}

/** `create myapp --port 3000` as a call. Throws UserError with what would work. */
export function parseWords(text: string, commands: readonly Command[]): CommandCall {
  if (text.length > LONGEST) throw new UserError('invalid', `That is too long: ${LONGEST} characters are the most.`)
  const [first, ...rest] = splitWords(text.trim().replace(/^\/(?:sandbox\b\s*)?/u, ''))
  if (first === undefined) return { command: 'help', args: {} }
  const command = findCommand(first, commands)
  return checkCall({ command: command.name, args: readArguments(command, rest) }, commands)
}

export function findCommand(name: string, commands: readonly Command[]): Command {
  const wanted = name.toLowerCase()
  const found = commands.find((one) => one.name === wanted)
  if (found !== undefined) return found
  const near = nearest(
    wanted,
    commands.map((one) => one.name),
  )
  const lead = `I do not know \`${shown(name)}\`.`
  if (near === null) throw new UserError('invalid', `${lead} What I can do: \`help\``)
  throw new UserError('invalid', `${lead} Did you mean \`${near}\`?`)
}

/** What came from a button or a form is held to the same rules as what was typed. */
export function checkCall(call: CommandCall, commands: readonly Command[]): CommandCall {
  const command = findCommand(call.command, commands)
  for (const [name, value] of Object.entries(call.args)) {
    const argument = command.args.find((one) => one.name === name)
    if (argument === undefined) throw unknownArgument(command, name)
    if (value.includes('PRIVATE KEY')) throw privateKey()
    if (value.length > LONGEST) throw new UserError('invalid', `${argument.label}: that is too long.`)
    if (argument.kind === 'flag' && value !== 'yes')
      throw new UserError('invalid', `\`--${argument.name}\` takes no value.`)
    if (argument.kind === 'choice' && !argument.choices.includes(value)) {
      const known = argument.choices.map((one) => `\`${one}\``).join(', ')
      throw new UserError('invalid', `${argument.label}: \`${shown(value)}\` is none of ${known}.`)
    }
  }
  return { command: command.name, args: call.args }
}

function readArguments(command: Command, words: readonly string[]): Record<string, string> {
  const args = new Map<string, string>()
  const open = command.args.filter((one) => one.positional)
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    // Phones turn two hyphens into a dash.
    const named = /^(?:--|—)([a-z_][a-z_-]*)(?:=(.*))?$/su.exec(word)
    if (named === null) {
      const next = open.shift()
      if (next === undefined) throw tooMany(command, word)
      args.set(next.name, next.kind === 'rest' ? words.slice(at).join(' ') : word)
      if (next.kind === 'rest') break
      continue
    }
    const [, name = '', inline] = named
    const argument = command.args.find((one) => one.name === name)
    if (argument === undefined) throw unknownArgument(command, name)
    const position = open.indexOf(argument)
    if (position >= 0) open.splice(position, 1)
    if (argument.kind === 'flag') {
      if (inline !== 'no') args.set(name, 'yes')
      continue
    }
    const value = inline ?? words[(at += 1)]
    if (value === undefined) throw missingValue(command, argument)
    args.set(name, value)
  }
  return Object.fromEntries(args)
}

/** Refused here, before the request is written down anywhere. */
function privateKey(): UserError {
  return new UserError(
    'invalid',
    'That is a private key. Throw it away, make a new pair, and paste the public half (the file that ends in .pub).',
  )
}

function unknownArgument(command: Command, name: string): UserError {
  const near = nearest(
    name,
    command.args.map((one) => one.name),
  )
  const hint = near === null ? `How it goes: \`${command.usage}\`` : `Did you mean \`--${near}\`?`
  return new UserError('invalid', `\`${command.name}\` does not know \`--${shown(name)}\`. ${hint}`)
}

function missingValue(command: Command, argument: Argument): UserError {
  return new UserError('invalid', `\`${command.name}\`: a value is missing after \`--${argument.name}\`.`)
}

function tooMany(command: Command, word: string): UserError {
  return new UserError('invalid', `\`${shown(word)}\` is one word too many. How it goes: \`${command.usage}\``)
}
