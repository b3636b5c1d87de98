import { Agent, request } from 'undici'
import { z } from 'zod'
import { service, signal, type Lab } from './lab.js'

const answerSchema = z.object({
  type: z.enum(['sync', 'async', 'error']),
  status_code: z.number().optional(),
  error_code: z.number().optional(),
  error: z.string().optional(),
  operation: z.string().optional(),
  metadata: z.unknown(),
})

export interface RawAnswer {
  readonly status: number
  readonly etag: string | undefined
  /** Incus' envelope; of an asynchronous request its operation is in `operation`. */
  readonly body: z.infer<typeof answerSchema>
}

/** One REST request to Incus over its unix socket, past all of our own code. Never throws for what Incus answers. */
export async function raw(lab: Lab, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) {
  const dispatcher = new Agent({ connect: { socketPath: lab.incusSocket } })
  try {
    const answer = await request(`http://incus${path}`, {
      method,
      dispatcher,
      headersTimeout: 120_000,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const etag = answer.headers['etag']
    return {
      status: answer.statusCode,
      etag: typeof etag === 'string' ? etag : undefined,
      body: answerSchema.parse(await answer.body.json()),
    } satisfies RawAnswer
  } finally {
    await dispatcher.close()
  }
}

/** `raw`, an asynchronous operation waited for, and thrown where it fails. Returns the metadata. */
export async function rawDone(lab: Lab, ...what: Parameters<typeof raw> extends [Lab, ...infer Rest] ? Rest : never) {
  let { body } = await raw(lab, ...what)
  if (body.type === 'async') {
    ;({ body } = await raw(lab, 'GET', `${body.operation}/wait?timeout=100`))
    const operation = z.object({ status_code: z.number(), err: z.string() }).parse(body.metadata)
    if (operation.status_code !== 200) throw new Error(`${what[0]} ${what[1]}: ${operation.err || 'not done in 100 s'}`)
  }
  if (body.type === 'error') throw new Error(`${what[0]} ${what[1]}: ${body.error}`)
  return body.metadata
}

const instanceSchema = z.object({
  name: z.string(),
  status: z.string(),
  config: z.record(z.string(), z.string()),
})
export type RawInstance = z.infer<typeof instanceSchema>

export async function rawInstances(lab: Lab): Promise<readonly RawInstance[]> {
  return z.array(instanceSchema).parse(await rawDone(lab, 'GET', '/1.0/instances?recursion=1'))
}

export async function rawDelete(lab: Lab, name: string): Promise<void> {
  const path = `/1.0/instances/${encodeURIComponent(name)}`
  // Refused where it does not run: the delete is what has to work.
  await rawDone(lab, 'PUT', `${path}/state`, { action: 'stop', force: true, timeout: 30 }).catch(() => undefined)
  await rawDone(lab, 'DELETE', path)
}

/** Frozen, incusd accepts connections and never answers. */
export const freezeIncus = (lab: Lab) => signal(lab, 'incusd', 'SIGSTOP')
export const thawIncus = (lab: Lab) => signal(lab, 'incusd', 'SIGCONT')
/** The instances run on, and the next start finds them. */
export const stopIncus = (lab: Lab) => service(lab, 'stop', 'incusd')
export const startIncus = (lab: Lab) => service(lab, 'start', 'incusd')
