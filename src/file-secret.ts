import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const BYTES = 32

/** 32 random bytes that outlive a restart, in a file that nobody else reads. Made anew where the file is not whole. */
export function fileSecret(file: string): Buffer {
  const known = existsSync(file) ? readFileSync(file) : null
  if (known?.length === BYTES) return known
  const made = randomBytes(BYTES)
  writeFileSync(`${file}.new`, made, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return made
}
