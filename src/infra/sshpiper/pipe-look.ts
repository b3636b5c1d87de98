import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeenPipe } from '../../core/parts/pipe.js'
import { codeOf } from './disk-error.js'
import { MARKER, parsePipe, PIPE_FILES, type PipeFiles } from './pipe-files.js'

/** A change within this time may leave the clock of a file as it was: what is so young is not remembered. */
const YOUNG_NS = 1_000_000_000n

/** Looks at one pipe's folder, and remembers what it saw for as long as nothing about its files changes. */
export class PipeLook {
  private readonly known = new Map<string, { readonly print: string; readonly seen: SeenPipe }>()

  constructor(
    private readonly root: string,
    private readonly user: string,
  ) {}

  forget(name: string): void {
    this.known.delete(name)
  }

  /** A folder that is replaced meanwhile is looked at again. */
  async at(name: string, tries = 3): Promise<SeenPipe | null> {
    const folder = join(this.root, name)
    const before = await statOf(folder)
    if (before === null) return null
    const seen = await this.look(name, folder, before).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' && tries > 1) return null
      throw error
    })
    const after = await statOf(folder)
    if (after?.ino === before.ino && seen !== null) return seen
    return tries > 1 ? this.at(name, tries - 1) : seen
  }

  private async look(name: string, folder: string, stat: BigIntStats): Promise<SeenPipe> {
    const foreign: SeenPipe = { owner: 'foreign', name }
    if (!stat.isDirectory()) return foreign
    const names = (await readdir(folder)).sort()
    const stats = new Map<string, BigIntStats | null>()
    for (const file of PIPE_FILES) stats.set(file, names.includes(file) ? await statOf(join(folder, file)) : null)
    const all = [stat, ...stats.values()].filter((one) => one !== null)
    const print = [...names, ...all.map(fingerprint)].join('|')
    const known = this.known.get(name)
    if (known?.print === print) return known.seen
    this.known.delete(name)
    const seen = stats.get(MARKER)?.isFile() ? await this.read(name, folder, names, stats) : foreign
    const newest = all.reduce((latest, one) => (one.ctimeNs > latest ? one.ctimeNs : latest), 0n)
    if (newest + YOUNG_NS < BigInt(Date.now()) * 1_000_000n) this.known.set(name, { print, seen })
    return seen
  }

  private async read(
    name: string,
    folder: string,
    names: readonly string[],
    stats: ReadonlyMap<string, BigIntStats | null>,
  ): Promise<SeenPipe> {
    const marker = await readFile(join(folder, MARKER), 'utf8')
    const altered = (detail: string): SeenPipe => ({ owner: 'altered', name, sandbox: marker.trim(), detail })
    if (((await statOf(folder))?.mode ?? 0n) & 0o077n) return altered('others may look into its folder')
    const files: Partial<Record<keyof PipeFiles, string>> = {}
    for (const file of PIPE_FILES) {
      const stat = stats.get(file)
      if (stat === null || stat === undefined) return altered(`${file} is missing`)
      if (!stat.isFile()) return altered(`${file} is no plain file`)
      const mode = modeOf(stat) ?? 0
      if ((mode & 0o077) !== 0) return altered(`others may read ${file}`)
      if (mode !== 0o600) return altered(`${file} has the mode ${mode.toString(8)}`)
      files[file] = await readFile(join(folder, file), 'utf8')
    }
    if (names.length !== PIPE_FILES.length) return altered('there are more files than ours')
    const pipe = parsePipe(name, files as PipeFiles, this.user)
    return pipe === null ? altered('a file was changed') : { owner: 'ours', pipe }
  }
}

function modeOf(stat: BigIntStats | null | undefined): number | null {
  return stat ? Number(stat.mode & 0o7777n) : null
}

function fingerprint(stat: BigIntStats): string {
  return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs, stat.mode].join(',')
}

async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}
