import type { CommandMenuEntry } from '../../../bot/chat.js'
import type { Argument } from '../../../bot/command.js'
import { rootOf } from './commands.js'

/** Words to type (`credentials myapp`) as Discord's box for messages takes them: `/sandbox credentials sandbox:myapp`. */
export function commandLine(words: string, menu: readonly CommandMenuEntry[]): string {
  const [name = '', ...rest] = words.trim().split(/\s+/)
  const entry = menu.find((one) => one.name === name)
  if (entry === undefined) return `/sandbox ${words}`
  return [`/${rootOf(entry.group)}`, name, ...options(entry.args, rest)].join(' ')
}

function options(args: readonly Argument[], words: readonly string[]): readonly string[] {
  const open = args.filter((one) => one.positional)
  const given: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const named = args.find((one) => `--${one.name}` === words[at])
    if (named?.kind === 'flag') given.push(`${named.name}:True`)
    else if (named !== undefined) given.push(`${named.name}:${words[(at += 1)] ?? ''}`)
    else {
      const next = open.shift()
      // The last one takes all that is left, whatever it is.
      if (next === undefined || next.kind === 'rest' || open.length === 0) {
        return [...given, `${next === undefined ? '' : `${next.name}:`}${words.slice(at).join(' ')}`]
      }
      given.push(`${next.name}:${words[at] ?? ''}`)
    }
  }
  return given
}
