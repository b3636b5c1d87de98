import { request as ask, type IncomingMessage, type RequestOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Exchange } from './exchange.js'
import { HandlerError } from './refusal.js'

/** A WebSocket: once the upstream agrees, bytes pass both ways until one side closes. */
export async function proxyUpgrade(
  exchange: Exchange,
  client: { readonly socket: Duplex; readonly head: Buffer },
  options: RequestOptions,
  limit: number,
): Promise<void> {
  const answer = await connect(options, limit)
  if (answer.socket === null) {
    exchange.response.writeHead(answer.message.statusCode ?? 502, answer.message.headers)
    await pipeline(answer.message, exchange.response).catch(() => undefined)
    return
  }
  const { message, socket, head } = answer
  client.socket.write(statusAndHeaders(message))
  if (head.length > 0) client.socket.write(head)
  if (client.head.length > 0) socket.write(client.head)
  await Promise.allSettled([pipeline(socket, client.socket), pipeline(client.socket, socket)])
}

type Answer =
  | { readonly message: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }
  | { readonly message: IncomingMessage; readonly socket: null }

function connect(options: RequestOptions, limit: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const out = ask(options)
    const timer = setTimeout(() => out.destroy(new Error('dial timeout')), limit)
    out.on('socket', (socket) => socket.once('connect', () => clearTimeout(timer)))
    out.on('close', () => clearTimeout(timer))
    out.on('error', (error) => reject(new HandlerError(502, error.message)))
    out.on('upgrade', (message, socket, head) => resolve({ message, socket, head }))
    out.on('response', (message) => resolve({ message, socket: null }))
    out.end()
  })
}

function statusAndHeaders({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
