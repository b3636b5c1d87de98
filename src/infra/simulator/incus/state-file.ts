import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredState } from './model.js'
import { defaultNetwork } from './network.js'

/** The simulator's memory: one JSON file, replaced in one step, so that a kill leaves the old or the new one. */
export class StateFile {
  readonly state: StoredState
  private readonly path: string

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.path = join(folder, 'incus.json')
    this.state = read(this.path)
  }

  save(): void {
    const half = `${this.path}.new`
    writeFileSync(half, JSON.stringify(this.state), { mode: 0o600 })
    renameSync(half, this.path)
  }
}

function read(path: string): StoredState {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StoredState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { instances: {}, acls: {}, network: { description: '', config: { ...defaultNetwork } }, cachedImages: [] }
  }
}
