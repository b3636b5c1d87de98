import { z } from 'zod'
import { InfraError, type Retry } from '../../core/errors.js'

/** Go's words for them, as release files carry them. */
export type Architecture = 'amd64' | 'arm64'

/** What the publisher's `release.json` says, as far as we read it. */
export const releaseShape = z.object({
  // It becomes part of file names.
  tag_name: z.string().regex(/^[A-Za-z0-9][\w.+-]{0,59}$/),
  download_urls: z.record(z.string(), z.url({ protocol: /^https?$/ })),
  checksums_url: z.url({ protocol: /^https?$/ }),
})
export type PublishedRelease = z.infer<typeof releaseShape>

/** One build of one release on this host. */
export interface KeptBuild {
  readonly version: string
  readonly architecture: Architecture
  readonly path: string
  /** Hex. */
  readonly sha256: string
}

/** Throws InfraError where the release has no build for it. */
export function buildUrl({ tag_name: version, download_urls: urls }: PublishedRelease, architecture: Architecture) {
  const url = urls[`linux_${architecture}`]
  if (url !== undefined) return url
  const builds = Object.keys(urls).sort().join(', ')
  throw refused('never', `release ${version} has no build for linux_${architecture}, only ${builds}`, {
    sentence: `Shelley ${version} has no build for this host (linux ${architecture})`,
  })
}

/** The sha256 of a file by `checksums.txt` (`<hex>  <name>` a line); null where it has none. */
export function checksumOf(checksums: string, name: string): string | null {
  for (const line of checksums.split('\n')) {
    const [, sum, file] = /^([0-9a-f]{64}) [ *](\S+)\s*$/i.exec(line) ?? []
    if (sum !== undefined && file === name) return sum.toLowerCase()
  }
  return null
}

/** By the numbers in them: v0.10 is newer than v0.9. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a < b ? -1 : a > b ? 1 : 0
}

function numbersOf(version: string): readonly number[] {
  return [...version.matchAll(/\d+/g)].map(([digits]) => Number(digits))
}

export function refused(retry: Retry, message: string, options: { sentence?: string; cause?: unknown }): InfraError {
  return new InfraError('agent', retry, `agent: ${message}`, options)
}
