import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { IncusClient } from './client.js'
import { incusError, says } from './errors.js'

const SLICE_SECONDS = 1

const operationShape = z.object({
  id: z.string(),
  status: z.string(),
  status_code: z.number(),
  err: z.string().default(''),
  resources: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
})
export type IncusOperation = z.infer<typeof operationShape>

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  readonly limitMs?: number
  readonly detail?: (text: string) => void
}

/** Sends a change and waits until the operation that it names has ended. Throws InfraError where it failed. */
export async function run(
  client: IncusClient,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  options: WaitOptions = {},
): Promise<IncusOperation | null> {
  const answer = await client.call(method, path, body, options.signal)
  return answer.operation === '' ? null : waitFor(client, answer.operation, `${method} ${path}`, options)
}

/** Short slices, so that an abort and the operation's progress are seen soon. An abort leaves it running. */
export async function waitFor(
  client: IncusClient,
  operation: string,
  action: string,
  options: WaitOptions = {},
): Promise<IncusOperation> {
  const { signal, detail, limitMs = 120_000 } = options
  const end = Date.now() + limitMs
  const path = operation.replace(/\?.*$/, '')
  for (;;) {
    const seen = await slice(client, path, signal)
    if (seen.status_code === 200) return seen
    if (seen.status_code >= 400) throw incusError(action, seen.err || seen.status, seen.status_code)
    const text = progressText(seen)
    if (text !== null) detail?.(text)
    if (Date.now() > end) throw incusError(action, `timed out after ${limitMs / 1000} s`, 0)
    await sleep(50, undefined, signal === undefined ? {} : { signal })
  }
}

async function slice(client: IncusClient, path: string, signal?: AbortSignal): Promise<IncusOperation> {
  try {
    return await client.get(`${path}/wait?timeout=${SLICE_SECONDS}`, operationShape, signal)
  } catch (error) {
    if (!says(error, /deadline exceeded|timed? ?out/i)) throw error
    return client.get(path, operationShape, signal)
  }
}

/** Operations that are under way and name this instance. */
export async function operationsOn(client: IncusClient, instance: string, signal?: AbortSignal): Promise<string[]> {
  const shape = z.record(z.string(), z.array(operationShape))
  const all = await client.get('/1.0/operations?recursion=1', shape, signal)
  return Object.values(all)
    .flat()
    .filter((operation) => operation.status_code < 200)
    .filter((operation) => (operation.resources?.['instances'] ?? []).some((url) => namesInstance(url, instance)))
    .map((operation) => `/1.0/operations/${operation.id}`)
}

function namesInstance(url: string, instance: string): boolean {
  return url.replace(/\?.*$/, '') === `/1.0/instances/${instance}`
}

function progressText(operation: IncusOperation): string | null {
  for (const [key, value] of Object.entries(operation.metadata ?? {})) {
    if (!key.endsWith('_progress') || typeof value !== 'string') continue
    const percent = /(\d+)\s?%/.exec(value)?.[1]
    const what = /unpack/i.test(key + value) ? 'unpacking the image' : 'downloading the image'
    return percent === undefined ? what : `${what}, ${percent} %`
  }
  return null
}
