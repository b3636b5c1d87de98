import type { IncomingMessage, ServerResponse } from 'node:http'

const MOST_BYTES = 64 * 1024

/** A request that cannot be served, with the sentence for whoever sent it. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** The body as a JSON object; anything else is a refusal. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new HttpRefusal(413, 'That is too long.')
    chunks.push(chunk)
  }
  if (size === 0) return {}
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (isRecord(value)) return value
  } catch {
    throw new HttpRefusal(400, 'The body is not JSON.')
  }
  throw new HttpRefusal(400, 'The body is not a JSON object.')
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
  response.end(text)
}

/** Answers what a handler threw: a refusal with its own words, anything else without any. */
export function sendProblem(response: ServerResponse, problem: unknown): void {
  if (response.headersSent) {
    response.end()
    return
  }
  if (problem instanceof HttpRefusal) sendJson(response, problem.status, { error: problem.message })
  else sendJson(response, 500, { error: 'That did not work, and it is not your fault.' })
}
