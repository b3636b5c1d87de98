import { Ajv, type ValidateFunction } from 'ajv'
import { createRequire } from 'node:module'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { badRequest } from './refusal.js'

/** The methods that the double knows; their schemas come from the official type package. */
const withParameters = [
  'getUpdates',
  'setWebhook',
  'deleteWebhook',
  'sendMessage',
  'sendDocument',
  'sendPhoto',
  'sendChatAction',
  'editMessageText',
  'editMessageReplyMarkup',
  'deleteMessage',
  'answerCallbackQuery',
  'setMyCommands',
  'deleteMyCommands',
  'getMyCommands',
  'getChat',
  'getChatMember',
] as const
const withoutParameters = ['getMe', 'getWebhookInfo'] as const

export type Method = (typeof withParameters)[number] | (typeof withoutParameters)[number]
export type Parameters = Readonly<Record<string, unknown>>

type Definitions = Readonly<Record<string, object>>

const types = dirname(createRequire(import.meta.url).resolve('@grammyjs/types/package.json'))
const lowered = new Map([...withParameters, ...withoutParameters].map((name) => [name.toLowerCase(), name]))
const ajv = new Ajv({ allErrors: true, strict: false })
const compiled = new Map<Method, ValidateFunction>()
let definitions: Definitions | null = null

/** Bot API methods are case-insensitive. */
export function findMethod(name: string): Method | undefined {
  return lowered.get(name.toLowerCase())
}

/** A parameter that is text; empty where it was not given. */
export function textAt(parameters: Parameters, key: string): string {
  const value = parameters[key]
  return typeof value === 'string' ? value : ''
}

/** Stricter than the real server, which ignores what it does not know: here an unknown key is refused. */
export function checkShape(method: Method, parameters: Parameters): void {
  const validate = compiled.get(method) ?? compile(method)
  if (validate(parameters)) return
  const [error] = (validate.errors ?? []).toSorted((a, b) => b.instancePath.length - a.instancePath.length)
  throw badRequest(`${method}${error?.instancePath ?? ''} ${error?.message ?? ''} ${JSON.stringify(error?.params)}`)
}

/** Multipart fields are text; what the schema wants as something else is JSON. */
export function fromText(method: Method, key: string, value: string): unknown {
  const accepts = (candidate: unknown): boolean => {
    const validate = compiled.get(method) ?? compile(method)
    validate({ [key]: candidate })
    return !(validate.errors ?? []).some((error) => error.instancePath.startsWith(`/${key}`))
  }
  if (accepts(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function compile(method: Method): ValidateFunction {
  const schema: Readonly<Record<string, unknown>> = withoutParameters.some((one) => one === method)
    ? { type: 'object', additionalProperties: false }
    : { $ref: `#/definitions/${method}` }
  const validate = ajv.compile({ ...schema, definitions: (definitions ??= load()) })
  compiled.set(method, validate)
  return validate
}

/** Generating takes about a second: kept in the temporary folder, by the package's version. */
function load(): Definitions {
  const { version } = JSON.parse(readFileSync(join(types, 'package.json'), 'utf8')) as { version: string }
  const folder = join(tmpdir(), `sandpiper-schemas-${process.getuid?.() ?? 0}`)
  const file = join(folder, `telegram-${version}-${withParameters.length}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Definitions
  mkdirSync(folder, { recursive: true })
  const made = generate(join(folder, String(process.pid)))
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(made))
  renameSync(draft, file)
  return made
}

/** `ApiMethods` is a type of functions, which no generator reads: each parameter's type becomes a type of its own. */
function generate(folder: string): Definitions {
  const require = createRequire(import.meta.url)
  const ts = require('typescript') as typeof import('typescript')
  const generator = require('ts-json-schema-generator') as typeof import('ts-json-schema-generator')
  const text = readFileSync(join(types, 'methods.d.ts'), 'utf8')
  const source = ts.createSourceFile('methods.d.ts', text, ts.ScriptTarget.Latest, true)
  const lines = [text.replaceAll('from "./', `from "${types}/`), 'type F = string']
  const visit = (node: import('typescript').Node): void => {
    if (ts.isMethodSignature(node) && withParameters.some((one) => one === node.name.getText()))
      lines.push(`export type ${node.name.getText()} = ${node.parameters[0]?.type?.getText() ?? 'never'}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'methods.ts')
  const tsconfig = join(folder, 'tsconfig.json')
  writeFileSync(path, lines.join('\n'))
  const compilerOptions = { module: 'NodeNext', moduleResolution: 'NodeNext', strict: true, types: [] }
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: ['methods.ts'] }))
  const made = generator.createGenerator({ path, tsconfig, skipTypeCheck: true, expose: 'all', jsDoc: 'none' })
  return Object.assign({}, ...withParameters.map((name) => made.createSchema(name).definitions)) as Definitions
}
