import {
  ApplicationCommandOptionType as Type,
  ApplicationIntegrationType,
  InteractionContextType,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandSubcommandOption,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import type { CommandGroup, CommandMenuEntry } from '../../../bot/chat.js'
import type { Argument } from '../../../bot/command.js'
import { cut, limits } from './limits.js'

export type SlashCommand = RESTPostAPIChatInputApplicationCommandsJSONBody

const GROUPS: Readonly<Record<CommandGroup, readonly [root: string, description: string]>> = {
  sandbox: ['sandbox', 'Sandboxes: make, see, start, stop, change and delete them'],
  me: ['sandbox-me', 'Your SSH keys, your notices, who you are here, and help'],
  admin: ['sandbox-admin', 'For admins: the host and all that is on it'],
}

/** One slash command holds 25 sub-commands at most: each group of the menu is one of its own. */
export function rootOf(group: CommandGroup): string {
  return GROUPS[group][0]
}

/** The menu as slash commands with sub-commands. */
export function slashCommands(menu: readonly CommandMenuEntry[]): readonly SlashCommand[] {
  return (['sandbox', 'me', 'admin'] as const).flatMap((group) => {
    const entries = menu.filter((entry) => entry.group === group)
    if (entries.length > limits.subCommands) throw new Error(`${entries.length} commands do not fit into /${group}`)
    const [name, description] = GROUPS[group]
    return entries.length === 0 ? [] : [{ name, description, options: entries.map(subCommand) }]
  })
}

/** Commands of the whole application, for where people are: in every server and in direct messages, or in these alone. */
export function global(commands: readonly SlashCommand[], where: 'everywhere' | 'direct'): readonly SlashCommand[] {
  const contexts =
    where === 'direct' ? [InteractionContextType.BotDM] : [InteractionContextType.Guild, InteractionContextType.BotDM]
  const integration = [ApplicationIntegrationType.GuildInstall]
  return commands.map((command) => ({ ...command, contexts, integration_types: integration }))
}

/** An option as people fill it; text again for the call. Null where it says nothing. */
export function argumentText(value: string | number | boolean | undefined): string | null {
  if (typeof value === 'boolean') return value ? 'yes' : null
  const text = String(value ?? '')
  return text.trim() === '' ? null : text
}

/** Whether what is registered is what is wanted; Discord leaves out what says nothing, and adds ids and the like. */
export function isRegistered(wanted: readonly SlashCommand[], registered: unknown): boolean {
  if (!Array.isArray(registered) || registered.length !== wanted.length) return false
  return wanted.every((command) => {
    const known = registered.find(
      (one: unknown) => (one as { name?: unknown } | null)?.name === command.name,
    ) as unknown
    return includes(command, known)
  })
}

function includes(wanted: unknown, known: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list: readonly unknown[] = Array.isArray(known) ? known : []
    return wanted.length === list.length && wanted.every((one, index) => includes(one, list[index]))
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === known
  const record = (known ?? {}) as Readonly<Record<string, unknown>>
  const nothingMore = Object.keys(record).every((key) => !MEANT.has(key) || key in wanted || isNothing(record[key]))
  return nothingMore && Object.entries(wanted).every(([key, value]) => isNothing(value) || includes(value, record[key]))
}

/** What this version may have set, and another may not. */
const MEANT = new Set(['options', 'choices', 'autocomplete', 'required', 'contexts', 'min_value', 'max_value'])

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}

function subCommand(entry: CommandMenuEntry): APIApplicationCommandSubcommandOption {
  return {
    type: Type.Subcommand,
    name: entry.name,
    description: cut(entry.summary, limits.commandDescription),
    options: entry.args.map((argument) => option(entry, argument)),
  }
}

/** None is required: what a form may ask for must be possible to leave out. */
function option(entry: CommandMenuEntry, argument: Argument): APIApplicationCommandBasicOption {
  const base = { name: argument.name, description: cut(argument.help, limits.commandDescription) }
  switch (argument.kind) {
    case 'flag':
      return { ...base, type: Type.Boolean }
    case 'number':
      return { ...base, type: Type.Integer }
    case 'sandbox':
      return { ...base, type: Type.String, autocomplete: true }
    case 'choice':
      return argument.choices.length > limits.choices
        ? { ...base, type: Type.String, autocomplete: true }
        : { ...base, type: Type.String, choices: argument.choices.map((value) => ({ name: value, value })) }
    case 'text':
    case 'rest':
      // The argument of help is a command.
      return entry.name === 'help' ? { ...base, type: Type.String, autocomplete: true } : { ...base, type: Type.String }
    default:
      return argument.kind satisfies never
  }
}
