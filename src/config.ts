import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { keyLines, lineOf } from './config/key-lines.js'
import { configSchema, type ConfigFile } from './config/schema.js'

export type Config = ConfigFile

/** What is wrong with a configuration: one sentence each, with file, line, key and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

/** Throws ConfigError. Reads no secret: those are read where they are used. */
export function loadConfig(file: string): Config {
  let toml: string
  try {
    toml = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new ConfigError([
      `${file} cannot be read (${code}). Copy config.example.toml there, or name another: --config FILE`,
    ])
  }
  return parseConfig(toml, file)
}

/** Throws ConfigError; `file` is for its sentences. */
export function parseConfig(toml: string, file: string): Config {
  const lines = keyLines(toml)
  const table = tableOf(toml, file)
  const result = configSchema.safeParse(table)
  if (result.success) return result.data
  const problems = result.error.issues.flatMap((issue) =>
    sentencesOf(issue, table).map(({ path, sentence }) => `${file}:${lineOf(lines, path)}: ${sentence}`),
  )
  throw new ConfigError(problems)
}

function tableOf(toml: string, file: string): unknown {
  try {
    return parse(toml)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '') ?? ''
    throw new ConfigError([
      `${file}:${error.line}: this is not TOML: ${what}. See config.example.toml for how keys look.`,
    ])
  }
}

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly sentence: string
}

function sentencesOf(issue: z.core.$ZodIssue, table: unknown): readonly Problem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(path)).join(', ')
    return issue.keys.map((name) => ({
      path: [...path, name],
      sentence: `\`${nameOf([...path, name])}\` is no key that I know. Allowed here: ${known}.`,
    }))
  }
  const must = valueAt(table, path) === undefined ? 'is missing; it must be' : 'must be'
  return [{ path, sentence: `\`${nameOf(path)}\` ${must} ${allowedAt(issue)}.` }]
}

function allowedAt(issue: z.core.$ZodIssue): string {
  const given: unknown = issue.code === 'custom' ? issue.params?.['allowed'] : undefined
  if (typeof given === 'string') return given
  const schema = schemaAt(issue.path)
  const allowed = metaOf(schema) ?? metaOf(schemaAt(issue.path.slice(0, -1)))
  if (allowed !== undefined) return allowed
  return schema instanceof z.ZodArray ? 'a list' : `a table with the keys ${keysOf(schema).join(', ')}`
}

/** `[caddy] listen`, `[[templates]] name`: as it is written in the file; the line says which one of several. */
function nameOf(path: readonly PropertyKey[]): string {
  const inTable = path.findLastIndex((step, at) => at > 0 && typeof step !== 'number' && isTable(path.slice(0, at)))
  const table = path.slice(0, inTable === -1 ? path.length : inTable)
  const words = table.filter((step) => typeof step !== 'number').join('.')
  const key = path.slice(table.length).filter((step) => typeof step !== 'number')
  return [typeof table.at(-1) === 'number' ? `[[${words}]]` : `[${words}]`, ...key.map(String)].join(' ')
}

function isTable(path: readonly PropertyKey[]): boolean {
  return schemaAt(path) instanceof z.ZodObject
}

function valueAt(table: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step], table)
}

/** The schema of the key at this path, without what defaults wrap around it. */
function schemaAt(path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = configSchema
  for (const step of path) {
    const inner: z.core.$ZodType | undefined = unwrapped(schema)
    if (inner instanceof z.ZodObject) schema = (inner.shape as Record<string, z.core.$ZodType>)[String(step)]
    else if (inner instanceof z.ZodArray) schema = inner.element
    else return undefined
  }
  return unwrapped(schema)
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap())
  }
  return schema
}

function metaOf(schema: z.core.$ZodType | undefined): string | undefined {
  const allowed = schema === undefined ? undefined : z.globalRegistry.get(schema)?.['allowed']
  return typeof allowed === 'string' ? allowed : undefined
}

function keysOf(schema: z.core.$ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
