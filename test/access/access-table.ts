import { mayUse, type Access, type Need, type Tie } from '../../src/core/access.js'
import type { Args, Command } from '../../src/bot/command.js'

/** Every kind of person that the table tells apart. */
export const kinds = ['stranger', 'expired', 'limited', 'member', 'collaborator', 'owner', 'admin'] as const
export type Kind = (typeof kinds)[number]

/** What is given to those who are limited to some commands. */
export const LIMITED_TO = ['list', 'show', 'start']

export interface Case {
  readonly command: Command
  /** What makes it need something else than usual. */
  readonly args: Args
  readonly need: Need
}

export function casesOf(commands: readonly Command[]): readonly Case[] {
  return commands.flatMap((command) => [
    { command, args: {}, need: command.need },
    ...command.specialNeeds.map(({ args, need }) => ({ command, args, need })),
  ])
}

export function isAllowed({ command, need }: Case, kind: Kind): boolean {
  return mayUse(accessOf(kind), command.name, need, tieOf(kind))
}

/** The table of docs/access.md, as prettier sets it. */
export function accessTable(commands: readonly Command[]): string {
  const head = ['command', ...kinds]
  const rows = casesOf(commands).map((one) => [
    `\`${nameOf(one)}\``,
    ...kinds.map((kind) => (isAllowed(one, kind) ? 'yes' : '')),
  ])
  const widths = head.map((word, at) => Math.max(word.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

export function nameOf({ command, args }: Case): string {
  const words = Object.entries(args).map(([name, value]) => (value === 'yes' ? `--${name}` : `${name} ${value}`))
  return [command.name, ...words].join(' ')
}

function accessOf(kind: Kind): Access {
  switch (kind) {
    case 'stranger':
    case 'expired':
      return { role: null, commands: [] }
    case 'limited':
      return { role: 'member', commands: [...LIMITED_TO, 'help', 'whoami'] }
    case 'member':
    case 'collaborator':
    case 'owner':
      return { role: 'member', commands: 'all' }
    case 'admin':
      return { role: 'admin', commands: 'all' }
  }
}

/** The sandbox is shared with who is limited, too: it is the commands that keep them from more. */
function tieOf(kind: Kind): Tie {
  if (kind === 'owner') return 'owner'
  return kind === 'collaborator' || kind === 'limited' ? 'collaborator' : 'none'
}
