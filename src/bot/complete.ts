import type { Command } from './command.js'
import { splitWords } from './parse.js'

const MOST = 25

/** What the last word of the line may become. `sandboxes`: the names that the asker may act on. */
export function complete(text: string, commands: readonly Command[], sandboxes: readonly string[]): readonly string[] {
  const line = text.slice(0, 1000).replace(/^\s*\/(?:sandbox\s+)?/u, '')
  const words = splitWords(line)
  const last = /\s$/u.test(line) || words.length === 0 ? '' : (words.pop() ?? '')
  const [name, ...before] = words
  if (name === undefined)
    return matching(
      last,
      commands.map((one) => one.name),
    )
  const command = commands.find((one) => one.name === name.toLowerCase())
  if (command === undefined) return []
  if (last.startsWith('-'))
    return matching(
      last,
      command.args.filter((one) => !one.positional).map((one) => `--${one.name}`),
    )
  const option = before.at(-1)?.replace(/^--/u, '')
  const named = before.at(-1)?.startsWith('--') === true ? command.args.find((one) => one.name === option) : undefined
  const argument = named ?? command.args.filter((one) => one.positional)[before.length]
  if (argument === undefined) return []
  if (command.name === 'help')
    return matching(
      last,
      commands.map((one) => one.name),
    )
  return matching(last, argument.kind === 'sandbox' ? sandboxes : argument.choices)
}

/** What one argument of a command may become; `sandboxes` as above. */
export function choicesOf(
  asked: { readonly command: string; readonly argument: string; readonly begin: string },
  commands: readonly Command[],
  sandboxes: readonly string[],
): readonly string[] {
  const command = commands.find((one) => one.name === asked.command)
  const argument = command?.args.find((one) => one.name === asked.argument)
  if (command === undefined || argument === undefined) return []
  if (command.name === 'help')
    return matching(
      asked.begin,
      commands.map((one) => one.name),
    )
  return matching(asked.begin, argument.kind === 'sandbox' ? sandboxes : argument.choices)
}

function matching(begin: string, words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(begin.toLowerCase())).slice(0, MOST)
}
