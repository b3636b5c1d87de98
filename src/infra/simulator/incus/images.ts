import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Progress } from './operations.js'
import type { StoredState } from './model.js'
import { IncusRefusal } from './reply.js'

export interface ImageQuery {
  readonly server?: string | undefined
  readonly protocol?: string | undefined
  readonly alias?: string | undefined
  readonly fingerprint?: string | undefined
}

interface Image {
  readonly alias: string
  /** null: on the host from the beginning. */
  readonly server: string | null
  readonly type: 'container' | 'oci'
  readonly description: string
}

const catalogue: readonly Image[] = [
  { alias: 'sb/trixie', server: null, type: 'container', description: 'Debian trixie with an agent stand-in' },
  { alias: 'debian/13', server: null, type: 'container', description: 'Debian trixie amd64' },
  { alias: 'debian/13', server: 'https://images.linuxcontainers.org', type: 'container', description: 'Debian trixie' },
  { alias: 'boldsoftware/exeuntu:latest', server: 'https://ghcr.io', type: 'oci', description: 'exeuntu (OCI)' },
]

const fingerprintOf = (image: Image): string =>
  createHash('sha256').update(`${image.server} ${image.alias}`).digest('hex')

/** Finds the image, "downloading" a remote one the first time. Throws in Incus' words when there is none. */
export async function fetchImage(
  state: StoredState,
  query: ImageQuery,
  latencyMs: number,
  tell: Progress,
): Promise<{ fingerprint: string; oci: boolean; description: string }> {
  const server = query.server?.replace(/\/$/, '') || null
  const image = catalogue.find((one) =>
    query.fingerprint
      ? fingerprintOf(one).startsWith(query.fingerprint)
      : one.server === server && one.alias === query.alias,
  )
  if (image === undefined) throw unknownImage(query, server)
  const fingerprint = fingerprintOf(image)
  if (image.server !== null && !state.cachedImages.includes(fingerprint)) {
    for (const percent of [10, 40, 70, 100]) {
      tell({ download_progress: `rootfs: ${percent}% (24.00MB/s)` })
      await pause(latencyMs * 2)
    }
    if (!state.cachedImages.includes(fingerprint)) state.cachedImages.push(fingerprint)
  }
  return { fingerprint, oci: image.type === 'oci', description: image.description }
}

function unknownImage(query: ImageQuery, server: string | null): IncusRefusal {
  const name = query.alias ?? query.fingerprint ?? ''
  if (server === null) return new IncusRefusal(404, 'Image not found')
  if (query.protocol !== 'oci') {
    const words = "Failed getting remote image info: Failed getting image: The requested image couldn't be found"
    return new IncusRefusal(404, `${words} for fingerprint "${name}"`)
  }
  const reference = `${server.replace(/^https:\/\//, '')}/${name}`
  const words = `Failed to run: skopeo --insecure-policy inspect docker://${reference}: exit status 1`
  return new IncusRefusal(500, `Failed getting remote image info: ${words} (manifest unknown)`)
}

const local = (state: StoredState): Image[] =>
  catalogue.filter((image) => image.server === null || state.cachedImages.includes(fingerprintOf(image)))

export function imageList(state: StoredState): Array<{ fingerprint: string }> {
  return local(state).map((image) => ({
    fingerprint: fingerprintOf(image),
    type: 'container',
    architecture: 'x86_64',
    public: false,
    cached: image.server !== null,
    size: 120_000_000,
    aliases: image.server === null ? [{ name: image.alias, description: image.description }] : [],
    properties: { description: image.description, ...(image.type === 'oci' ? { type: 'oci' } : {}) },
  }))
}

export function aliasList(): Array<{ name: string }> {
  return catalogue
    .filter((image) => image.server === null)
    .map((image) => ({
      name: image.alias,
      description: image.description,
      target: fingerprintOf(image),
      type: 'container',
    }))
}
