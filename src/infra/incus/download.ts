import { request } from 'undici'
import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { IncusClient } from './client.js'
import { incusError, wordsOf } from './errors.js'

const LIMIT_MS = 30_000

const refusalShape = z.object({ error: z.string(), error_code: z.number() })

export interface Download {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: AsyncIterable<Buffer>
}

/** GETs what is bytes and not Incus' envelope. `take` reads as much of it as it wants; the rest is not fetched. */
export async function download<T>(
  client: IncusClient,
  path: string,
  take: (download: Download) => Promise<T>,
  signal?: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<T> {
  signal?.throwIfAborted()
  const action = `GET ${path}`
  const limit = AbortSignal.timeout(limitMs)
  const url = `${client.origin}${path}${path.includes('?') ? '&' : '?'}project=${encodeURIComponent(client.project)}`
  try {
    const response = await request(url, {
      dispatcher: client.dispatcher,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    const { headers, body } = response
    if (response.statusCode < 400) return await take({ headers, bytes: body })
    const refusal = client.read(action, refusalShape, await body.json())
    throw incusError(action, refusal.error, refusal.error_code)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof InfraError ? error : incusError(action, wordsOf(error), 0, error)
  }
}
