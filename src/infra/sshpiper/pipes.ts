import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipeChange, SeenPipe, WantedPipe } from '../../core/parts/pipe.js'
import type { Keyring, Names, PipeKeeper } from '../../core/ports.js'
import { codeOf, diskError } from './disk-error.js'
import { MARKER, parsePipe, PIPE_FILES, renderPipe, type PipeFiles } from './pipe-files.js'
import { writePrivate } from './private-file.js'

/** Half-built and taken-away folders. SSHPiper takes no user name that begins with a dot. */
const ASIDE = '.sandpiper-'
const LOGIN = 'exedev'

/**
 * The pipes of SSHPiper's `workingdir` plugin, a folder a user name. A folder is built aside and renamed into place,
 * for an `id_rsa` without `authorized_keys` would let any password in.
 */
export class WorkingdirPipes implements PipeKeeper {
  constructor(
    private readonly root: string,
    private readonly keyring: Keyring,
  ) {}

  async observe(names: Names): Promise<ReadonlyMap<string, SeenPipe>> {
    try {
      const all = names === 'all' ? (await readdir(this.root)).filter((name) => !name.startsWith('.')) : names
      const seen = await Promise.all(all.map((name) => this.look(name)))
      return new Map(seen.flatMap((pipe, index) => (pipe === null ? [] : [[all[index] ?? '', pipe] as const])))
    } catch (error) {
      throw diskError('pipes', error)
    }
  }

  async apply(change: PipeChange): Promise<void> {
    try {
      if (change.kind === 'pipe.write') await this.write(change.wanted)
      else await this.takeAway(change.name)
    } catch (error) {
      throw codeOf(error) === '' ? error : diskError(change.kind, error)
    }
  }

  async sweep(): Promise<void> {
    try {
      const asides = (await readdir(this.root)).filter((name) => name.startsWith(ASIDE))
      await Promise.all(asides.map((name) => rm(join(this.root, name), { recursive: true, force: true })))
    } catch (error) {
      throw diskError('pipes', error)
    }
  }

  /** `rename` replaces no folder that has files: the old one goes away first. The moment between is closed. */
  private async write(pipe: WantedPipe): Promise<void> {
    const files = renderPipe(pipe, LOGIN, await this.keyring.privateKey(pipe.sandbox, 'mapping'))
    const aside = this.aside()
    await mkdir(aside, { mode: 0o700 })
    for (const file of PIPE_FILES) await writePrivate(join(aside, file), files[file])
    await this.takeAway(pipe.name)
    await rename(aside, join(this.root, pipe.name))
  }

  private async takeAway(name: string): Promise<void> {
    const aside = this.aside()
    try {
      await rename(join(this.root, name), aside)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    await rm(aside, { recursive: true, force: true })
  }

  private aside(): string {
    return join(this.root, `${ASIDE}${randomUUID()}`)
  }

  private async look(name: string): Promise<SeenPipe | null> {
    const folder = join(this.root, name)
    const kind = await lstat(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (kind === null) return null
    const marker = kind.isDirectory() ? await readFile(join(folder, MARKER), 'utf8').catch(() => null) : null
    if (marker === null) return { owner: 'foreign', name }
    const altered = (detail: string): SeenPipe => ({ owner: 'altered', name, sandbox: marker.trim(), detail })
    if ((kind.mode & 0o077) !== 0) return altered('others may look into its folder')
    const files: Partial<Record<keyof PipeFiles, string>> = {}
    for (const file of PIPE_FILES) {
      const stat = await lstat(join(folder, file)).catch(() => null)
      if (stat === null) return altered(`${file} is missing`)
      if (!stat.isFile()) return altered(`${file} is no plain file`)
      if ((stat.mode & 0o077) !== 0) return altered(`others may read ${file}`)
      files[file] = await readFile(join(folder, file), 'utf8')
    }
    if ((await readdir(folder)).length !== PIPE_FILES.length) return altered('there are more files than ours')
    const pipe = parsePipe(name, files as PipeFiles, LOGIN)
    return pipe === null ? altered('a file was changed') : { owner: 'ours', pipe }
  }
}
