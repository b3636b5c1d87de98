import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGenerator, type SchemaGenerator } from 'ts-json-schema-generator'
import type { Payloads } from './payload-types.js'

type PayloadName = keyof Payloads

const NAMES = [
  'blocks',
  'home',
  'modal',
  'manifest',
  'auth.test',
  'apps.connections.open',
  'chat.postMessage',
  'chat.postEphemeral',
  'chat.update',
  'chat.delete',
  'conversations.open',
  'files.completeUploadExternal',
  'files.getUploadURLExternal',
  'users.info',
  'views.open',
  'views.publish',
  'views.update',
] as const satisfies readonly PayloadName[]

const PROJECT = join(import.meta.dirname, '../../..')
const TYPES = join(import.meta.dirname, 'payload-types.ts')
const CACHE = join(tmpdir(), 'sandpiper-payload-schemas')

const validators = new Map<PayloadName, ValidateFunction>()
let generator: SchemaGenerator | null = null
let version: string | null = null

/** What is wrong with a payload by the types of Slack's own packages, worded as Slack does; empty where nothing is. */
export function schemaErrors(name: PayloadName, payload: unknown): readonly string[] {
  const validate = validators.get(name) ?? compile(name)
  if (validate(payload)) return []
  const errors = validate.errors ?? []
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf')
  // What each branch of a union misses says little: Slack, too, names the place alone.
  return [...new Set((unions.length > 0 ? unions.slice(0, 1) : errors).map(wording))]
}

/** All at once, so that no request waits for it; a second in the first use of a process. */
export function prepareSchemas(): void {
  for (const name of NAMES) if (!validators.has(name)) compile(name)
}

function compile(name: PayloadName): ValidateFunction {
  const schema = JSON.parse(readCache(name) ?? generate(name)) as object
  const validate = new Ajv({ strict: false, allErrors: true, inlineRefs: false }).compile(schema)
  validators.set(name, validate)
  return validate
}

function wording({ keyword, instancePath, params, message }: ErrorObject): string {
  const pointer = `[json-pointer:${instancePath === '' ? '/' : instancePath}]`
  if (keyword === 'additionalProperties') {
    return `[ERROR] invalid additional property: ${String(params['additionalProperty'])} ${pointer}`
  }
  if (keyword === 'required') return `[ERROR] missing required field: ${String(params['missingProperty'])} ${pointer}`
  if (keyword === 'anyOf') return `[ERROR] failed to match all allowed schemas ${pointer}`
  return `[ERROR] ${message ?? keyword} ${pointer}`
}

function readCache(name: PayloadName): string | null {
  try {
    return readFileSync(cacheFile(name), 'utf8')
  } catch {
    return null
  }
}

/** Takes a second or two for the first of them; once for each version of the packages. */
function generate(name: PayloadName): string {
  generator ??= createGenerator({
    path: TYPES,
    tsconfig: join(PROJECT, 'tsconfig.json'),
    skipTypeCheck: true,
    additionalProperties: false,
    jsDoc: 'none',
    expose: 'all',
    topRef: false,
  })
  const type = name.split('.').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  const schema = generator.createSchema(type.join('')) as Schema
  if (name !== 'blocks') leaveOut(schema, schema.definitions ?? {})
  const text = JSON.stringify(schema)
  mkdirSync(CACHE, { recursive: true })
  // Whole at once: another test file may read it at this moment.
  const file = cacheFile(name)
  writeFileSync(`${file}.${process.pid}`, text)
  renameSync(`${file}.${process.pid}`, file)
  return text
}

interface Schema {
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly properties?: Record<string, unknown>
  required?: string[]
  readonly definitions?: Readonly<Record<string, Schema>>
}

/** What is checked on its own: each copy of it would take half a second to compile. */
const CONTENT = ['blocks', 'attachments', 'metadata', 'view']

function leaveOut(schema: Schema, definitions: Readonly<Record<string, Schema>>): void {
  const referred = definitions[decodeURIComponent(schema.$ref?.replace('#/definitions/', '') ?? '')]
  for (const branch of [...(referred === undefined ? [] : [referred]), ...(schema.anyOf ?? [])]) {
    leaveOut(branch, definitions)
  }
  for (const key of CONTENT) delete schema.properties?.[key]
  if (schema.required !== undefined) schema.required = schema.required.filter((key) => !CONTENT.includes(key))
}

function cacheFile(name: PayloadName): string {
  version ??= fingerprint()
  return join(CACHE, `slack-${version}-${name}.json`)
}

function fingerprint(): string {
  const packages = ['@slack/bolt', '@slack/types', '@slack/web-api', 'ts-json-schema-generator']
  const files = [
    TYPES,
    import.meta.filename,
    ...packages.map((name) => join(PROJECT, 'node_modules', name, 'package.json')),
  ]
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
