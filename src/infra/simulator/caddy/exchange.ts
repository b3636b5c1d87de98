import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** One request on its way through the routes. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Where the client asked for an upgrade: its socket, and what it sent already. */
  readonly upgrade: { readonly socket: Duplex; readonly head: Buffer } | null
  /** Lower-case names; handlers change them. */
  headers: Record<string, string | string[] | undefined>
  readonly host: string
  user: string
  error: number | null
}

export type Next = () => Promise<void>

/** Only the placeholders that Sandpiper writes; others are left as they stand. */
export function fill(text: string, exchange: Exchange): string {
  return text.replace(/\{([\w.-]+)\}/g, (whole, name: string) => {
    if (name.startsWith('http.request.header.')) return headerOf(exchange, name.slice(20)).join(',')
    switch (name) {
      case 'http.request.host':
        return exchange.host
      case 'http.request.method':
        return exchange.request.method ?? ''
      case 'http.request.uri':
        return exchange.request.url ?? ''
      case 'http.auth.user.id':
        return exchange.user
      case 'http.error.status_code':
        return exchange.error === null ? '' : String(exchange.error)
      default:
        return whole
    }
  })
}

export function headerOf(exchange: Exchange, name: string): readonly string[] {
  const value = exchange.headers[name.toLowerCase()]
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
