import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keyring, SandboxKeys } from '../../core/ports.js'
import type { SandboxId } from '../../core/sandbox.js'
import { codeOf, diskError } from './disk-error.js'
import { makeKeyPair, publicLineOf } from './openssh-key.js'
import { writePrivateAtomically, writePrivateOnce } from './private-file.js'

/** Private keys in `<folder>/<sandbox id>/{mapping,host}`, for nobody's eyes but ours. */
export class FileKeyring implements Keyring {
  constructor(private readonly folder: string) {}

  async ensure(sandbox: SandboxId): Promise<SandboxKeys> {
    try {
      await mkdir(join(this.folder, sandbox), { recursive: true, mode: 0o700 })
      return { mapping: await this.ensureOne(sandbox, 'mapping'), host: await this.ensureOne(sandbox, 'host') }
    } catch (error) {
      throw diskError(`keys of ${sandbox}`, error)
    }
  }

  async privateKey(sandbox: SandboxId, which: keyof SandboxKeys): Promise<string> {
    try {
      return await readFile(join(this.folder, sandbox, which), 'utf8')
    } catch (error) {
      throw diskError(`${which} key of ${sandbox}`, error)
    }
  }

  async forget(sandbox: SandboxId): Promise<void> {
    try {
      await rm(join(this.folder, sandbox), { recursive: true, force: true })
    } catch (error) {
      throw diskError(`keys of ${sandbox}`, error)
    }
  }

  private async ensureOne(sandbox: SandboxId, which: keyof SandboxKeys): Promise<string> {
    const path = join(this.folder, sandbox, which)
    const there = await readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    const known = there === null ? null : publicLineOf(there)
    if (known !== null) return known
    const pair = makeKeyPair()
    const aside = `${path}.${randomUUID()}`
    if (there !== null) await writePrivateAtomically(path, pair.privateText, aside)
    else if (!(await writePrivateOnce(path, pair.privateText, aside))) return this.ensureOne(sandbox, which)
    return pair.publicLine
  }
}
