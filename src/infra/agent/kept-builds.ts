import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { compareVersions, type Architecture, type KeptBuild } from './release.js'

const NAME = /^([A-Za-z0-9][\w.+-]*)\.linux_(amd64|arm64)\.([0-9a-f]{64})$/
const PART = '.part-'

/** Builds in one folder. A file's name holds its version, architecture and sha256: content and claim are one rename. */
export class KeptBuilds {
  /** Whose content was read once in this process and is what its name says. */
  private readonly sound = new Set<string>()

  constructor(
    private readonly folder: string,
    /** How many versions of each architecture. */
    private readonly keep: number,
  ) {}

  /** The newest version first. */
  async list(architecture: Architecture): Promise<readonly KeptBuild[]> {
    const names = await readdir(this.folder).catch(() => [])
    return names
      .flatMap((name): KeptBuild[] => {
        const [, version, built, sha256] = NAME.exec(name) ?? []
        if (version === undefined || sha256 === undefined || built !== architecture) return []
        return [{ version, architecture, sha256, path: join(this.folder, name) }]
      })
      .sort((a, b) => compareVersions(b.version, a.version))
  }

  async find(version: string, architecture: Architecture): Promise<KeptBuild | null> {
    const all = await this.list(architecture)
    return all.find((build) => build.version === version) ?? null
  }

  /** Whether the file is still what it was when it was kept; one that is not is thrown away. */
  async isSound(build: KeptBuild): Promise<boolean> {
    if (this.sound.has(build.path)) return true
    const hash = createHash('sha256')
    await pipeline(createReadStream(build.path), hash).catch(() => undefined)
    if (hash.digest('hex') === build.sha256) {
      this.sound.add(build.path)
      return true
    }
    await rm(build.path, { force: true })
    return false
  }

  /** Runs `fill` with the path of a new file, which becomes the build; where `fill` throws, nothing is left. */
  async add(
    version: string,
    architecture: Architecture,
    sha256: string,
    fill: (path: string) => Promise<void>,
  ): Promise<KeptBuild> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const part = join(this.folder, `${PART}${randomUUID()}`)
    const path = join(this.folder, `${version}.linux_${architecture}.${sha256}`)
    try {
      await fill(part)
      await rename(part, path)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
    await this.settleFolder()
    this.sound.add(path)
    await this.prune(architecture, path)
    return { version, architecture, sha256, path }
  }

  /** What a process that died was downloading. */
  async sweep(): Promise<void> {
    const names = await readdir(this.folder).catch(() => [])
    await Promise.all(
      names.filter((name) => name.startsWith(PART)).map((name) => rm(join(this.folder, name), { force: true })),
    )
  }

  /** The one that just came stays, also where its publisher went back to an older version. */
  private async prune(architecture: Architecture, added: string): Promise<void> {
    const others = (await this.list(architecture)).filter(({ path }) => path !== added)
    const surplus = others.slice(this.keep - 1)
    await Promise.all(surplus.map(({ path }) => rm(path, { force: true })))
  }

  /** The rename itself has to outlive a power cut. */
  private async settleFolder(): Promise<void> {
    const folder = await open(this.folder)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}
