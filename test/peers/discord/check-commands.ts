import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type APIApplicationCommandOption,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10'
import { Findings, type Path } from './findings.js'
import { invalidForm } from './refusal.js'

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
const MOST = 100
const MOST_CHARACTERS = 8000

type Options = readonly APIApplicationCommandOption[]

/** Throws 50035 where a list of commands breaks a written limit. */
export function checkCommands(commands: RESTPutAPIApplicationCommandsJSONBody, scope: 'global' | 'guild'): void {
  const findings = new Findings()
  findings.count([], commands, MOST)
  const names = commands.map((command) => command.name)
  findings.unique([], names, 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique')
  for (const [index, command] of commands.entries()) {
    if (command.type !== undefined && command.type !== ApplicationCommandType.ChatInput) {
      findings.add([index, 'type'], 'BASE_TYPE_CHOICES', 'This double knows slash commands.')
      continue
    }
    const options = command.options ?? []
    checkWords(findings, [index], command.name, 'description' in command ? command.description : '')
    checkOptions(findings, [index, 'options'], options, 0)
    if (scope === 'guild' && (command.contexts !== undefined || command.integration_types !== undefined))
      findings.add([index, 'contexts'], 'APPLICATION_COMMAND_CONTEXTS_GLOBAL_ONLY', 'Only of global commands.')
    const { default_member_permissions: permissions } = command
    if (permissions !== undefined && permissions !== null && !/^\d+$/.test(permissions))
      findings.add([index, 'default_member_permissions'], 'NUMBER_TYPE_COERCE', 'Not a bit set.')
    if (characters([command as unknown as APIApplicationCommandOption]) > MOST_CHARACTERS)
      findings.add([index], 'APPLICATION_COMMAND_TOO_LARGE', 'Command exceeds maximum size (8000)')
  }
  if (findings.all.length > 0) throw invalidForm(findings.all)
}

function checkWords(findings: Findings, path: Path, name: string, description: string): void {
  if (!NAME.test(name) || name !== name.toLowerCase())
    findings.add([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')
  findings.text([...path, 'description'], description, 100, 1)
}

function checkOptions(findings: Findings, path: Path, options: Options, depth: number): void {
  findings.count(path, options, 25)
  const names = options.map((option) => option.name)
  findings.unique(path, names, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists')
  const nested = options.filter(isNested)
  if (nested.length > 0 && nested.length < options.length)
    findings.add(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-command and option types are exclusive')
  const firstOptional = options.findIndex((option) => option.required !== true)
  if (firstOptional >= 0 && options.slice(firstOptional).some((option) => option.required === true))
    findings.add(path, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options must be first')
  for (const [index, option] of options.entries()) {
    const at = [...path, index]
    checkWords(findings, at, option.name, option.description)
    if (isNested(option)) {
      const isGroup = option.type === ApplicationCommandOptionType.SubcommandGroup
      if (depth > 1 || (isGroup && depth > 0))
        findings.add([...at, 'type'], 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Nested too deep')
      checkOptions(findings, [...at, 'options'], option.options ?? [], depth + 1)
    } else checkValues(findings, at, option)
  }
}

function checkValues(findings: Findings, path: Path, option: APIApplicationCommandOption): void {
  const choices = 'choices' in option ? (option.choices ?? []) : []
  findings.count([...path, 'choices'], choices, 25)
  for (const [index, { name, value }] of choices.entries()) {
    findings.text([...path, 'choices', index, 'name'], name, 100, 1)
    if (typeof value === 'string') findings.text([...path, 'choices', index, 'value'], value, 100, 1)
  }
  if ('autocomplete' in option && option.autocomplete && choices.length > 0)
    findings.add([...path, 'autocomplete'], 'APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE', 'Not with choices')
}

function isNested(
  option: APIApplicationCommandOption,
): option is Extract<
  APIApplicationCommandOption,
  { type: ApplicationCommandOptionType.Subcommand | ApplicationCommandOptionType.SubcommandGroup }
> {
  return (
    option.type === ApplicationCommandOptionType.Subcommand ||
    option.type === ApplicationCommandOptionType.SubcommandGroup
  )
}

/** Names, descriptions and values of choices, all the way down. */
function characters(options: Options): number {
  return options.reduce((sum, option) => {
    const choices = 'choices' in option ? (option.choices ?? []) : []
    const nested = 'options' in option ? (option.options ?? []) : []
    const said = choices.reduce((all, { name, value }) => all + name.length + String(value).length, 0)
    return sum + option.name.length + option.description.length + said + characters(nested)
  }, 0)
}
