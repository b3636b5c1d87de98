import type { IncomingHttpHeaders } from 'node:http'
import { IncusRefusal, type Reply } from './reply.js'

export interface Asked {
  readonly method: string
  /** Decoded parts of the path after `/1.0`. */
  readonly parts: readonly string[]
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

type Handler = (asked: Asked, ...names: string[]) => Reply | Promise<Reply>

/** `GET instances/:/state`: a colon is one name, a star the rest of the path. */
export type Routes = Readonly<Record<string, Handler>>

export async function dispatch(routes: Routes, asked: Asked): Promise<Reply> {
  let pathKnown = false
  for (const [route, handler] of Object.entries(routes)) {
    const [method, pattern = ''] = route.split(' ')
    const names = matched(pattern === '' ? [] : pattern.split('/'), asked.parts)
    if (names === null) continue
    pathKnown = true
    if (method === asked.method) return handler(asked, ...names)
  }
  throw pathKnown ? new IncusRefusal(501, 'Not implemented') : new IncusRefusal(404, 'Not Found')
}

function matched(pattern: readonly string[], parts: readonly string[]): string[] | null {
  const names: string[] = []
  for (const [index, word] of pattern.entries()) {
    if (word === '*') return parts.length > index ? [...names, parts.slice(index).join('/')] : null
    const part = parts[index]
    if (part === undefined) return null
    if (word === ':') names.push(part)
    else if (word !== part) return null
  }
  return parts.length === pattern.length ? names : null
}
