import { posix } from 'node:path'
import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { IncusClient } from './client.js'
import { download, type Download } from './download.js'
import { isGone, says } from './errors.js'

const MAX_BYTES = 1024 * 1024
const MAX_LINKS = 8

export interface PulledFile {
  readonly content: Buffer
  readonly uid: number
  readonly gid: number
  /** As in `0644`. */
  readonly mode: string
}

export interface PullOptions {
  /** A larger file is an InfraError, never a piece of it; 1 MiB unless told. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

interface Found extends PulledFile {
  /** Incus' word: `file`, `directory` or `symlink`. */
  readonly type: string
}

const listingShape = z.object({ metadata: z.array(z.string()) })

/** A file of an instance that runs or not, symbolic links followed; null where there is none. */
export async function pullFile(
  client: IncusClient,
  instance: string,
  path: string,
  options: PullOptions = {},
): Promise<PulledFile | null> {
  const found = await look(client, instance, path, 'file', options)
  if (found === null) return null
  const { content, uid, gid, mode } = found
  return { content, uid, gid, mode }
}

/** The names in a folder, sorted; null where there is none. */
export async function listFolder(
  client: IncusClient,
  instance: string,
  path: string,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  const found = await look(client, instance, path, 'directory', signal === undefined ? {} : { signal })
  if (found === null) return null
  return client.read(path, listingShape, JSON.parse(found.content.toString('utf8'))).metadata.sort()
}

/** Where a symbolic link leads; null where there is none. */
export async function readLink(
  client: IncusClient,
  instance: string,
  path: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await lookAt(client, instance, path, MAX_BYTES, signal)
  return found?.type === 'symlink' ? found.content.toString('utf8').trim() : null
}

async function look(
  client: IncusClient,
  instance: string,
  path: string,
  type: 'file' | 'directory',
  { maxBytes = MAX_BYTES, signal }: PullOptions,
): Promise<Found | null> {
  let at = path
  for (let links = 0; links <= MAX_LINKS; links++) {
    const found = await lookAt(client, instance, at, maxBytes, signal)
    if (found === null || found.type === type) return found
    if (found.type !== 'symlink') throw new InfraError('incus', 'never', `${at} in ${instance} is a ${found.type}`)
    at = posix.resolve('/', posix.dirname(at), found.content.toString('utf8').trim())
  }
  throw new InfraError('incus', 'never', `${path} in ${instance} has too many symbolic links`)
}

async function lookAt(client: IncusClient, instance: string, path: string, maxBytes: number, signal?: AbortSignal) {
  const url = `/1.0/instances/${instance}/files?path=${encodeURIComponent(path)}`
  try {
    const take = (found: Download) => whole(found, maxBytes, `${path} in ${instance}`)
    return await download(client, url, take, signal, client.timeLimitMs)
  } catch (error) {
    if (isGone(error) && !says(error, /instance not found/i)) return null
    throw error
  }
}

async function whole({ headers, bytes }: Download, maxBytes: number, what: string): Promise<Found> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > maxBytes) throw new InfraError('incus', 'never', `${what} is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  const mark = (name: string): string => String(headers[`x-incus-${name}`])
  const [uid, gid] = [Number(mark('uid')), Number(mark('gid'))]
  return { type: mark('type'), content: Buffer.concat(chunks), uid, gid, mode: mark('mode') }
}
