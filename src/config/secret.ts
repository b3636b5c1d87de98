import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const REFERENCE = /^(?:\/.|credential:[\w.-]+$|env:\w+$)/

/** Whether a `*_file` key says where a secret is: an absolute path, `credential:NAME` or `env:NAME`. */
export function isReference(text: string): boolean {
  return REFERENCE.test(text)
}

/** A secret could not be read. The message names the place, never what is there. */
class SecretError extends Error {
  override readonly name = 'SecretError'
}

/** Reads a secret without the line end that editors add. Throws SecretError. */
export function readSecret(reference: string, env: NodeJS.ProcessEnv = process.env): string {
  const found = reference.startsWith('env:') ? env[reference.slice(4)] : fileText(pathOf(reference, env), reference)
  const secret = found?.replace(/\r?\n$/, '')
  if (secret === undefined || secret === '') throw new SecretError(`There is no secret in ${reference}.`)
  return secret
}

function pathOf(reference: string, env: NodeJS.ProcessEnv): string {
  if (!reference.startsWith('credential:')) return reference
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined) {
    throw new SecretError(
      `${reference} is a systemd credential, and systemd gave none: see LoadCredential= of the unit.`,
    )
  }
  return join(folder, reference.slice('credential:'.length))
}

function fileText(path: string, reference: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new SecretError(`The secret in ${reference} cannot be read (${code}).`)
  }
}
