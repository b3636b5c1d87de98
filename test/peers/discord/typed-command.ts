import {
  ApplicationCommandOptionType as Type,
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandInteractionDataOption,
  type APIApplicationCommandOption,
} from 'discord-api-types/v10'

/** One thing that can be chosen behind the slash, with the way to it. */
interface Leaf {
  readonly command: APIApplicationCommand
  readonly path: readonly APIApplicationCommandOption[]
  readonly options: readonly APIApplicationCommandBasicOption[]
}

export interface Chosen {
  readonly command: APIApplicationCommand
  readonly options: readonly APIApplicationCommandInteractionDataOption[]
}

/** How a person at the menu enters `keys add ssh-ed25519 …`: finds the sub-command, then fills option after option. */
export function choose(commands: readonly APIApplicationCommand[], words: string, isComplete: boolean): Chosen {
  const given = words.trim().split(/\s+/)
  const leaf = find(commands, given)
  if (leaf === undefined) throw new Error(`No slash command is named like "${words}".`)
  const { command, path, options } = leaf
  const rest = given.slice(nameWords(command, path).length)
  const values = fill(options, rest, isComplete || words.endsWith(' '))
  if (!isComplete && values.length > 0) Object.assign(values.at(-1) ?? {}, { focused: true })
  const nested = path.reduceRight<readonly APIApplicationCommandInteractionDataOption[]>(
    (inner, { name, type }) => [{ name, type, options: inner } as APIApplicationCommandInteractionDataOption],
    values,
  )
  return { command, options: nested }
}

export function isNamed(commands: readonly APIApplicationCommand[], words: string): boolean {
  return find(commands, words.trim().split(/\s+/)) !== undefined
}

function find(commands: readonly APIApplicationCommand[], given: readonly string[]): Leaf | undefined {
  return commands
    .flatMap((command) => leaves(command, command.options ?? [], []))
    .filter(({ command, path }) => nameWords(command, path).every((word, index) => word === given[index]))
    .toSorted((a, b) => nameWords(b.command, b.path).length - nameWords(a.command, a.path).length)
    .at(0)
}

function leaves(
  command: APIApplicationCommand,
  options: readonly APIApplicationCommandOption[],
  path: readonly APIApplicationCommandOption[],
): readonly Leaf[] {
  const nested = options.filter((one) => one.type === Type.Subcommand || one.type === Type.SubcommandGroup)
  if (nested.length === 0) return [{ command, path, options: options as readonly APIApplicationCommandBasicOption[] }]
  return nested.flatMap((one) => leaves(command, one.options ?? [], [...path, one]))
}

/** `keys-add` and the group `keys` with `add` in it are both found by the words `keys add`. */
function nameWords(command: APIApplicationCommand, path: readonly APIApplicationCommandOption[]): readonly string[] {
  return path.length === 0 ? command.name.split('-') : path.flatMap(({ name }) => name.split('-'))
}

function fill(
  options: readonly APIApplicationCommandBasicOption[],
  words: readonly string[],
  isComplete: boolean,
): APIApplicationCommandInteractionDataOption[] {
  const filled: { option: APIApplicationCommandBasicOption; text: string }[] = []
  const left = [...options]
  const queue = [...words]
  const take = (name: string | undefined): APIApplicationCommandBasicOption => {
    const index = name === undefined ? 0 : left.findIndex((one) => one.name === name)
    const option = index < 0 ? undefined : left.splice(index, 1)[0]
    if (option === undefined) throw new Error(`There is no option for "${name ?? queue.join(' ')}".`)
    return option
  }
  while (queue.length > 0) {
    const word = queue.shift() ?? ''
    const named = /^--(.+)$/.exec(word)?.[1]
    const option = take(named)
    if (named === undefined)
      filled.push({ option, text: left.length === 0 ? [word, ...queue.splice(0)].join(' ') : word })
    else filled.push({ option, text: option.type === Type.Boolean ? 'true' : (queue.shift() ?? '') })
  }
  if (!isComplete && filled.length === 0 && left.length > 0) filled.push({ option: take(undefined), text: '' })
  const missing = isComplete ? left.filter((option) => option.required === true) : []
  if (missing.length > 0) throw new Error(`The option "${missing[0]?.name}" is required.`)
  return filled.map(({ option, text }) => valueOf(option, text, isComplete))
}

/** The client lets nobody send what an option's type, limits and choices do not allow. */
function valueOf(
  option: APIApplicationCommandBasicOption,
  text: string,
  isComplete: boolean,
): APIApplicationCommandInteractionDataOption {
  const { name, type } = option
  const choices = 'choices' in option ? (option.choices ?? []) : []
  if (isComplete && choices.length > 0 && !choices.some((one) => String(one.value) === text))
    throw new Error(`"${text}" is not among the choices of "${name}".`)
  if (type === Type.Boolean) return { name, type, value: text === 'true' }
  if (type === Type.Integer || type === Type.Number) {
    const value = Number(text)
    const { min_value: least = -Infinity, max_value: most = Infinity } = option
    if (isComplete && !(Number.isInteger(value) && value >= least && value <= most))
      throw new Error(`"${name}" takes no "${text}".`)
    return { name, type, value }
  }
  const most = 'max_length' in option ? (option.max_length ?? 6000) : 6000
  if (text.length > most) throw new Error(`"${name}" takes ${most} characters at most.`)
  return { name, type, value: text }
}
