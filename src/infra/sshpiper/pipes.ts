import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { InfraError } from '../../core/errors.js'
import { ownerOf, type PipeChange, type SeenPipe, type WantedPipe } from '../../core/parts/pipe.js'
import type { Keyring, Names, PipeKeeper } from '../../core/ports.js'
import { codeOf, diskError } from './disk-error.js'
import { PIPE_FILES, renderPipe } from './pipe-files.js'
import { PipeLook } from './pipe-look.js'
import { syncFolder, writePrivate } from './private-file.js'

/** Half-built and taken-away folders. SSHPiper takes no user name that begins with a dot. */
const ASIDE = '.sandpiper-'
/** What SSHPiper takes for a user name, and no path. */
const NAME = /^[a-z_][-a-z0-9_]{0,31}$/
/** Folders looked at in one go: each holds a file open, and a process may hold 1024. */
const AT_ONCE = 32

/**
 * The pipes of SSHPiper's `workingdir` plugin, a folder a user name. A folder is built aside and renamed into place,
 * for an `id_rsa` without `authorized_keys` would let any password in; the plugin looks for them one after the other, so
 * one that is there already is never away, and has its files replaced one by one.
 */
export class WorkingdirPipes implements PipeKeeper {
  private readonly look: PipeLook
  /** Folders that this process is building or taking away now: no leftovers. */
  private readonly inUse = new Set<string>()

  constructor(
    private readonly root: string,
    private readonly keyring: Keyring,
    private readonly loginUser = 'exedev',
  ) {
    this.look = new PipeLook(root, loginUser)
  }

  async observe(names: Names): Promise<ReadonlyMap<string, SeenPipe>> {
    try {
      const all = names === 'all' ? (await readdir(this.root)).filter((name) => !name.startsWith('.')) : names
      const seen = new Map<string, SeenPipe>()
      for (let at = 0; at < all.length; at += AT_ONCE) {
        const some = all.slice(at, at + AT_ONCE)
        const pipes = await Promise.all(some.map((name) => this.look.at(name)))
        pipes.forEach((pipe, index) => pipe !== null && seen.set(some[index] ?? '', pipe))
        // Those that are remembered are looked at without a pause.
        await nextTurn()
      }
      return seen
    } catch (error) {
      throw diskError('pipes', error, 'sshpiper')
    }
  }

  async apply(change: PipeChange): Promise<void> {
    try {
      if (change.kind === 'pipe.write') await this.write(change.wanted)
      else if (await this.isTheirs(change.name, change.sandbox)) await this.takeAway(change.name)
    } catch (error) {
      throw error instanceof InfraError ? error : diskError(change.kind, error, 'sshpiper')
    }
  }

  async sweep(): Promise<void> {
    try {
      const asides = (await readdir(this.root)).filter((name) => name.startsWith(ASIDE))
      const left = asides.map((name) => join(this.root, name)).filter((folder) => !this.inUse.has(folder))
      await Promise.all(left.map(removeFolder))
    } catch (error) {
      throw diskError('pipes', error, 'sshpiper')
    }
  }

  /** Whether the folder is this sandbox's; a plan may be older than what is there now. */
  private async isTheirs(name: string, sandbox: string): Promise<boolean> {
    const seen = await this.lookAt(name)
    return seen !== null && ownerOf(seen) === sandbox
  }

  private async lookAt(name: string): Promise<SeenPipe | null> {
    if (!NAME.test(name)) throw new InfraError('sshpiper', 'never', `sshpiper: ${name.slice(0, 40)} is no pipe name`)
    return this.look.at(name)
  }

  private async write(pipe: WantedPipe): Promise<void> {
    const files = renderPipe(pipe, this.loginUser, await this.keyring.privateKey(pipe.sandbox, 'mapping'))
    const seen = await this.lookAt(pipe.name)
    if (seen !== null && ownerOf(seen) !== pipe.sandbox) {
      const sentence = `a folder ${pipe.name} that is not this sandbox's is in SSHPiper's folder`
      throw new InfraError('sshpiper', 'never', `sshpiper: pipe.write ${pipe.name}: not ours`, { sentence })
    }
    const aside = this.aside()
    try {
      await mkdir(aside, { mode: 0o700 })
      for (const file of PIPE_FILES) await writePrivate(join(aside, file), files[file])
      await syncFolder(aside)
      if (seen?.owner === 'ours') await this.replaceFiles(aside, pipe.name)
      else await this.replaceFolder(aside, pipe.name)
    } finally {
      this.look.forget(pipe.name)
      await this.clear(aside)
    }
  }

  /** Whatever mixture a crash leaves, its host keys and its address fit, or nobody gets in. */
  private async replaceFiles(aside: string, name: string): Promise<void> {
    for (const file of PIPE_FILES.toReversed()) await rename(join(aside, file), join(this.root, name, file))
    await syncFolder(join(this.root, name))
  }

  /** `rename` replaces no folder that has files: one that somebody spoilt goes away first. The moment between is closed. */
  private async replaceFolder(aside: string, name: string): Promise<void> {
    await this.takeAway(name)
    await rename(aside, join(this.root, name))
    await syncFolder(this.root)
  }

  private async takeAway(name: string): Promise<void> {
    const aside = this.aside()
    this.look.forget(name)
    try {
      await rename(join(this.root, name), aside)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    } finally {
      await this.clear(aside)
    }
  }

  private aside(): string {
    const folder = join(this.root, `${ASIDE}${randomUUID()}`)
    this.inUse.add(folder)
    return folder
  }

  private async clear(aside: string): Promise<void> {
    await removeFolder(aside)
    this.inUse.delete(aside)
  }
}

/** The key goes first, as it came last: whoever holds the folder open never sees it alone. */
async function removeFolder(folder: string): Promise<void> {
  await rm(join(folder, 'id_rsa'), { force: true })
  await rm(folder, { recursive: true, force: true })
}
