import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'
import type { Payloads } from './payload-types.js'
import type { Finding } from './refusal.js'

export type Shape = keyof Payloads

const TYPES = join(import.meta.dirname, 'payload-types.ts')
const modules = join(import.meta.dirname, '../../../node_modules')
const FILE = join(
  tmpdir(),
  `sandpiper-schemas-${process.getuid?.() ?? 0}`,
  `discord-${fingerprintOf(['discord-api-types', 'ts-json-schema-generator'])}.json`,
)
const validators = new Map<Shape, ValidateFunction>()
let definitions: Record<string, object> | null = null

/** What is wrong with a body by the official types. Stricter than Discord, which overlooks keys that it does not know. */
export function shapeFindings(shape: Shape, body: unknown): readonly Finding[] {
  const validate = validators.get(shape) ?? compile(shape)
  if (validate(body)) return []
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'anyOf')
  // A union's other members are no news: what differs in its `type` was not meant.
  const others = new Set(errors.filter(isOtherMember).map(memberOf))
  const meant = errors.filter((error) => !others.has(memberOf(error)))
  const told = (meant.length > 0 ? meant : errors).map(findingOf)
  return [...new Map(told.map((finding) => [JSON.stringify(finding), finding])).values()]
}

function isOtherMember({ keyword, instancePath }: ErrorObject): boolean {
  return ['const', 'enum'].includes(keyword) && /\/(type|style|op)$/.test(instancePath)
}

/** Which definition was tried on which part of the body. */
function memberOf({ schemaPath, instancePath }: ErrorObject): string {
  const [definition = '', ...property] = schemaPath.split('/properties/')
  const part = property.length === 0 ? instancePath : instancePath.slice(0, instancePath.lastIndexOf('/'))
  return `${definition.replace(/\/(required|additionalProperties|type)$/, '')} ${part}`
}

function findingOf({ instancePath, keyword, params, message }: ErrorObject): Finding {
  const path = instancePath.split('/').slice(1)
  if (keyword === 'additionalProperties') {
    return { path: [...path, String(params['additionalProperty'])], code: 'UNKNOWN_KEY', message: 'Unknown key' }
  }
  if (keyword === 'required') {
    const key = String(params['missingProperty'])
    return { path: [...path, key], code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
  }
  return { path, code: 'BASE_TYPE_BAD_TYPE', message: `This field ${message ?? keyword}` }
}

function compile(shape: Shape): ValidateFunction {
  definitions ??= JSON.parse(cached() ?? generate()) as Record<string, object>
  const validate = new Ajv({ strict: false, allErrors: true }).compile({
    $ref: `#/definitions/Payloads/properties/${shape}`,
    definitions,
  })
  validators.set(shape, validate)
  return validate
}

/** Takes about two seconds, once for each version of the packages. */
function generate(): string {
  const generator = createGenerator({
    path: TYPES,
    tsconfig: join(modules, '../tsconfig.json'),
    skipTypeCheck: true,
    additionalProperties: false,
    jsDoc: 'none',
    expose: 'export',
  })
  const made = { ...generator.createSchema('Payloads').definitions }
  // Flags are added up: the enum lists single ones.
  for (const name of Object.keys(made).filter((one) => one.endsWith('Flags'))) made[name] = { type: 'integer' }
  const text = JSON.stringify(made)
  mkdirSync(dirname(FILE), { recursive: true })
  // Whole at once: another test file may read it at this moment.
  const draft = `${FILE}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, FILE)
  return text
}

function cached(): string | null {
  try {
    return readFileSync(FILE, 'utf8')
  } catch {
    return null
  }
}

function fingerprintOf(packages: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of [TYPES, ...packages.map((name) => join(modules, name, 'package.json'))]) {
    hash.update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}
