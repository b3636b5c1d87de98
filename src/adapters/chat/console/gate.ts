import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpRefusal } from './http.js'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Lets in who has the token, over loopback names alone, and nothing that another site sends. */
export class Gate {
  constructor(private readonly token: string) {
    if (token.length < 16) throw new Error('The page needs a token of at least 16 characters.')
  }

  protect(response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  }

  /** Against DNS rebinding: a foreign name that points here is not us. */
  checkHost(request: IncomingMessage): void {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    if (!LOOPBACK.has(name)) throw new HttpRefusal(403, 'This page answers at 127.0.0.1 and localhost only.')
  }

  /** Against other sites: the browser says where a POST comes from, and it must be this page. */
  checkPost(request: IncomingMessage): void {
    const { origin, host } = request.headers
    const site = request.headers['sec-fetch-site']
    const foreign = origin === undefined ? site !== 'same-origin' : origin !== `http://${host ?? ''}`
    if (foreign || (site !== undefined && site !== 'same-origin')) {
      throw new HttpRefusal(403, 'That came from another site.')
    }
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim()
    if (type !== 'application/json') throw new HttpRefusal(415, 'Send JSON.')
  }

  hasCookie(request: IncomingMessage): boolean {
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
    return pairs.some((pair) => pair.startsWith('sandpiper=') && this.isToken(pair.slice('sandpiper='.length)))
  }

  isToken(text: string): boolean {
    return timingSafeEqual(digest(text), digest(this.token))
  }

  /** Takes the token out of the address and into a cookie that no script reads. */
  letIn(response: ServerResponse): void {
    response.writeHead(303, {
      'set-cookie': `sandpiper=${this.token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000`,
      'cache-control': 'no-store',
      location: '/',
    })
    response.end()
  }
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === '::1'
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
