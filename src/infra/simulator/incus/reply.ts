import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'

/** A refusal in Incus' words; becomes the `error` envelope. */
export class IncusRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

export type Reply =
  | { readonly kind: 'sync'; readonly metadata: unknown; readonly etag?: string; readonly location?: string }
  | { readonly kind: 'async'; readonly operation: { readonly id: string } & object }
  | { readonly kind: 'raw'; readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }

export const sync = (metadata: unknown, etag?: string): Reply =>
  etag === undefined ? { kind: 'sync', metadata } : { kind: 'sync', metadata, etag }
export const created = (location: string): Reply => ({ kind: 'sync', metadata: {}, location })
export const background = (operation: { readonly id: string } & object): Reply => ({ kind: 'async', operation })
export const raw = (body: Buffer, headers: Readonly<Record<string, string>>): Reply => ({ kind: 'raw', body, headers })
export const empty: Reply = { kind: 'sync', metadata: {} }

/** Like Incus: a SHA-256 over what a PUT may change. */
export const etagOf = (editable: unknown): string => createHash('sha256').update(JSON.stringify(editable)).digest('hex')

/** Throws 412 when the client saw another version than the one there is. No `If-Match` passes. */
export function demandMatch(header: string | undefined, etag: string): void {
  const seen = header?.replaceAll('"', '')
  if (seen !== undefined && seen !== '' && seen !== etag)
    throw new IncusRefusal(412, `ETag doesn't match: ${etag} vs ${seen}`)
}

export function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'sync':
      if (reply.etag !== undefined) response.setHeader('ETag', `"${reply.etag}"`)
      if (reply.location !== undefined) response.setHeader('Location', reply.location)
      return json(
        response,
        reply.location === undefined ? 200 : 201,
        envelope('sync', 'Success', 200, '', reply.metadata),
      )
    case 'async': {
      const path = `/1.0/operations/${reply.operation.id}`
      response.setHeader('Location', path)
      return json(response, 202, envelope('async', 'Operation created', 100, path, reply.operation))
    }
    case 'raw':
      response.writeHead(200, { 'Content-Length': reply.body.length, ...reply.headers })
      response.end(reply.body)
      return
    default:
      reply satisfies never
  }
}

export function sendRefusal(response: ServerResponse, error: unknown): void {
  const code = error instanceof IncusRefusal ? error.code : 500
  const message = error instanceof Error ? error.message : String(error)
  json(response, code, { type: 'error', error: message, error_code: code, metadata: null })
}

function envelope(type: string, status: string, code: number, operation: string, metadata: unknown): object {
  return { type, status, status_code: code, operation, error_code: 0, error: '', metadata }
}

function json(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
