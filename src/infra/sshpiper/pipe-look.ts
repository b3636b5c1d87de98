import { lstatSync, type BigIntStats } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeenPipe } from '../../core/parts/pipe.js'
import { codeOf } from './disk-error.js'
import { MARKER, parsePipe, PIPE_FILES, type PipeFiles } from './pipe-files.js'

/** A change within this time may leave the clock of a file as it was: what is so young is not remembered. */
const YOUNG_NS = 1_000_000_000n

/** A folder and the files that should be in it; undefined where one is missing. A change of names changes the folder. */
interface Stats {
  readonly folder: BigIntStats
  readonly files: ReadonlyMap<string, BigIntStats | undefined>
}

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

  /** A folder that is changed or replaced meanwhile is looked at again. */
  async at(name: string, tries = 3): Promise<SeenPipe | null> {
    const folder = join(this.root, name)
    const stats = statsOf(folder)
    if (stats === null) return null
    const print = printOf(stats)
    const known = this.known.get(name)
    if (known?.print === print) return known.seen
    this.known.delete(name)
    const seen = await this.read(name, folder, stats).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' && tries > 1) return null
      throw error
    })
    const after = statsOf(folder)
    const isSettled = seen !== null && after !== null && printOf(after) === print
    if (!isSettled) return tries > 1 ? this.at(name, tries - 1) : seen
    if (newestOf(stats) + YOUNG_NS < BigInt(Date.now()) * 1_000_000n) this.known.set(name, { print, seen })
    return seen
  }

  private async read(name: string, folder: string, stats: Stats): Promise<SeenPipe> {
    if (!stats.files.get(MARKER)?.isFile()) return { owner: 'foreign', name }
    const marker = await readFile(join(folder, MARKER), 'utf8')
    const altered = (detail: string): SeenPipe => ({ owner: 'altered', name, sandbox: marker.trim(), detail })
    if ((stats.folder.mode & 0o077n) !== 0n) return altered('others may look into its folder')
    const files: Partial<Record<keyof PipeFiles, string>> = {}
    for (const file of PIPE_FILES) {
      const stat = stats.files.get(file)
      if (stat === undefined) return altered(`${file} is missing`)
      if (!stat.isFile()) return altered(`${file} is no plain file`)
      const mode = Number(stat.mode & 0o7777n)
      if ((mode & 0o077) !== 0) return altered(`others may read ${file}`)
      if (mode !== 0o600) return altered(`${file} has the mode ${mode.toString(8)}`)
      files[file] = await readFile(join(folder, file), 'utf8')
    }
    if ((await readdir(folder)).length !== PIPE_FILES.length) return altered('there are more files than ours')
    const pipe = parsePipe(name, files as PipeFiles, this.user)
    return pipe === null ? altered('a file was changed') : { owner: 'ours', pipe }
  }
}

/**
 * Synchronous, as this is most of what a pass over many sandboxes costs: 2 µs a file, where a way through the thread
 * pool takes 7.
 */
function statsOf(path: string): Stats | null {
  const folder = statOf(path)
  if (folder === undefined) return null
  const names = folder.isDirectory() ? PIPE_FILES : []
  return { folder, files: new Map(names.map((name) => [name, statOf(`${path}/${name}`)])) }
}

function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

function printOf({ folder, files }: Stats): string {
  return [folder, ...files.values()].map(fingerprint).join('|')
}

function fingerprint(stat: BigIntStats | undefined): string {
  return stat === undefined ? '' : `${stat.ino},${stat.size},${stat.mtimeNs},${stat.ctimeNs},${stat.mode}`
}

function newestOf({ folder, files }: Stats): bigint {
  return [...files.values()].reduce(
    (newest, stat) => (stat !== undefined && stat.ctimeNs > newest ? stat.ctimeNs : newest),
    folder.ctimeNs,
  )
}
