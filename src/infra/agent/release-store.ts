import { once } from 'node:events'
import { posix } from 'node:path'
import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { AgentReleases } from '../../core/ports.js'
import { Downloads, type DownloadLimits } from './download.js'
import { KeptBuilds } from './kept-builds.js'
import {
  buildUrl,
  checksumOf,
  refused,
  releaseShape,
  type Architecture,
  type KeptBuild,
  type PublishedRelease,
} from './release.js'

export interface ReleaseStoreOptions {
  readonly folder: string
  /** Of `release.json`. */
  readonly url: string
  /** How many versions are kept. */
  readonly keep: number
  readonly limits?: Partial<DownloadLimits>
}

export interface TakenBuild {
  readonly build: KeptBuild
  /** Why it is not the newest one; null where it is, or nobody looked. A sentence's part for people. */
  readonly remark: string | null
}

/** Sandboxes are mostly on this very host; another one's build is downloaded when its first sandbox wants it. */
const HOST_ARCHITECTURE: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

type Tell = (text: string) => void

const LIMITS: DownloadLimits = { textMs: 5_000, buildMs: 300_000, maxBuildBytes: 512 * 1024 ** 2 }

/** Shelley's releases on this host: each is downloaded once, verified, and serves every sandbox. */
export class ReleaseStore implements AgentReleases {
  private readonly kept: KeptBuilds
  private readonly downloads: Downloads
  private readonly running = new Map<string, Promise<KeptBuild>>()
  private readonly closing = new AbortController()
  private published: PublishedRelease | null = null
  private sweeping: Promise<void> | null = null

  constructor(private readonly options: ReleaseStoreOptions) {
    this.kept = new KeptBuilds(options.folder, options.keep)
    this.downloads = new Downloads({ ...LIMITS, ...options.limits })
  }

  /** The newest version that we have heard of since the start; null before. */
  newest(): string | null {
    return this.published?.tag_name ?? null
  }

  async fetchNewest(signal: AbortSignal): Promise<string> {
    return (await this.refresh(HOST_ARCHITECTURE, signal)).version
  }

  /** Asks the server, and downloads what is new. Throws InfraError. */
  async refresh(architecture: Architecture, signal: AbortSignal, tell: Tell = () => {}): Promise<KeptBuild> {
    await this.swept()
    const published = await this.ask(signal)
    const build = await this.have(published, architecture, tell, signal)
    this.published = published
    return build
  }

  /** For a new sandbox: the newest one, or where that cannot be had, the newest that is kept. Throws InfraError. */
  async take(architecture: Architecture, signal: AbortSignal, tell: Tell = () => {}): Promise<TakenBuild> {
    const heard = this.newest()
    const ready = heard === null ? null : await this.sound(heard, architecture)
    if (ready !== null) return { build: ready, remark: null }
    try {
      return { build: await this.refresh(architecture, signal, tell), remark: null }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof InfraError)) throw error
      const former = await this.newestSound(architecture)
      if (former === null) throw error
      return { build: former, remark: error.sentence ?? 'the newest Shelley could not be had' }
    }
  }

  /** A version that is kept, or the newest of the server. Throws InfraError where it is neither. */
  async version(version: string, architecture: Architecture, signal: AbortSignal, tell: Tell): Promise<KeptBuild> {
    const kept = await this.sound(version, architecture)
    if (kept !== null) return kept
    const build = await this.refresh(architecture, signal, tell)
    if (build.version === version) return build
    throw refused('never', `release ${version} is neither kept nor the newest`, {
      sentence: `Shelley ${version} cannot be had any more; the newest is ${build.version}`,
    })
  }

  async close(): Promise<void> {
    this.closing.abort()
    await this.downloads.close()
  }

  /** Once a process: a download of its own would be swept too. */
  private swept(): Promise<void> {
    this.sweeping ??= this.kept.sweep()
    return this.sweeping
  }

  private async ask(signal: AbortSignal): Promise<PublishedRelease> {
    const { url } = this.options
    const text = await this.downloads.text(url, signal)
    const read = releaseShape.safeParse(jsonOf(text))
    if (read.success) return read.data
    throw refused('later', `GET ${url}: unexpected answer: ${z.prettifyError(read.error)}`, {
      sentence: 'the release server of Shelley says something that I do not understand',
    })
  }

  /** One download of a build at a time: whoever asks meanwhile gets the same, and none who gives up ends it for others. */
  private have(published: PublishedRelease, architecture: Architecture, tell: Tell, signal: AbortSignal) {
    const key = `${published.tag_name} ${architecture}`
    const running = this.running.get(key) ?? this.begin(key, published, architecture, tell)
    return untilAborted(running, signal)
  }

  private begin(key: string, published: PublishedRelease, architecture: Architecture, tell: Tell) {
    const download = this.download(published, architecture, tell, this.closing.signal)
    const forgotten = download.finally(() => this.running.delete(key))
    this.running.set(key, forgotten)
    return forgotten
  }

  private async download(
    published: PublishedRelease,
    architecture: Architecture,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<KeptBuild> {
    const { tag_name: version, checksums_url: checksumsUrl } = published
    const url = buildUrl(published, architecture)
    const kept = await this.sound(version, architecture)
    if (kept !== null) return kept
    const checksum = checksumOf(await this.downloads.text(checksumsUrl, signal), posix.basename(new URL(url).pathname))
    if (checksum === null) {
      const sentence = `Shelley ${version} comes without a checksum, so I do not take it`
      throw refused('never', `${checksumsUrl} has no line for ${url}`, { sentence })
    }
    return this.kept.add(version, architecture, checksum, async (path) => {
      const say = (percent: number): void => tell(`downloading Shelley ${version}, ${percent} %`)
      const sum = await this.downloads.file(url, path, say, signal)
      if (sum === checksum) return
      throw refused('never', `${url}: sha256 is ${sum}, not ${checksum}`, {
        sentence: `the download of Shelley ${version} does not match its checksum and was thrown away`,
      })
    })
  }

  private async sound(version: string, architecture: Architecture): Promise<KeptBuild | null> {
    const build = await this.kept.find(version, architecture)
    return build !== null && (await this.kept.isSound(build)) ? build : null
  }

  private async newestSound(architecture: Architecture): Promise<KeptBuild | null> {
    for (const build of await this.kept.list(architecture)) if (await this.kept.isSound(build)) return build
    return null
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stop = new AbortController()
  const aborted = once(signal, 'abort', { signal: stop.signal }).then(() => signal.throwIfAborted() as never)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stop.abort()
    aborted.catch(() => undefined)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
