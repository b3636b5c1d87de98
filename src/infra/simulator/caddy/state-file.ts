import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaced in one step, so that a kill leaves the old one or the new one. Nothing there reads as Caddy's `null`. */
export function readState(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return null
  }
}

export function writeState(path: string, config: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const half = `${path}.new`
  writeFileSync(half, JSON.stringify(config), { mode: 0o600 })
  renameSync(half, path)
}
