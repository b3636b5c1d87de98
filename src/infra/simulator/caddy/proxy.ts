import { request as ask, type IncomingMessage, type RequestOptions } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { headerOf, fill, type Exchange } from './exchange.js'
import { HandlerError } from './refusal.js'
import type { HeaderOps, ReverseProxy } from './schema.js'
import { proxyUpgrade } from './upgrade.js'

const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

type HeaderMap = Record<string, string | string[] | undefined>

/** Streams both ways; an upstream that cannot be reached is a 502 for the error routes. */
export async function proxy(handler: ReverseProxy, exchange: Exchange): Promise<void> {
  const { request, response } = exchange
  const dial = handler.upstreams[0]?.dial
  if (dial === undefined) throw new HandlerError(503, 'no upstreams available')
  const method = handler.rewrite?.method ?? request.method ?? 'GET'
  const options: RequestOptions = {
    ...target(dial),
    method,
    path: rewritten(request.url ?? '/', handler.rewrite?.uri),
    headers: outgoing(handler, exchange, method !== request.method),
    agent: false,
  }
  const limit = seconds(handler.transport?.dial_timeout ?? '3s') * 1000
  if (exchange.upgrade !== null && handler.rewrite === undefined)
    return proxyUpgrade(exchange, exchange.upgrade, options, limit)
  const answer = await forward(options, limit, method === request.method ? request : null, exchange)
  const headers: HeaderMap = withoutHops(answer.headers)
  applyOps(headers, handler.headers?.response, exchange)
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers)
  response.flushHeaders()
  // Either side may go away in the middle: then the other one's connection ends too.
  await pipeline(answer, response).catch(() => response.destroy())
}

function forward(
  options: RequestOptions,
  limit: number,
  body: IncomingMessage | null,
  exchange: Exchange,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const out = ask(options)
    const timer = setTimeout(() => out.destroy(new Error('dial timeout')), limit)
    out.on('socket', (socket) => socket.once('connect', () => clearTimeout(timer)))
    out.on('response', resolve)
    out.on('close', () => clearTimeout(timer))
    out.on('error', (error) => reject(new HandlerError(502, error.message)))
    exchange.response.on('close', () => out.destroy())
    if (body === null) out.end()
    else body.pipe(out)
  })
}

/** The query stays, unless the new one has a question mark. */
function rewritten(asked: string, uri: string | undefined): string {
  if (uri === undefined) return asked
  if (uri.includes('?')) return uri.replace(/\?$/, '')
  const mark = asked.indexOf('?')
  return mark < 0 ? uri : `${uri}${asked.slice(mark)}`
}

function target(dial: string): RequestOptions {
  if (dial.startsWith('unix/')) return { socketPath: dial.slice('unix/'.length) }
  const colon = dial.lastIndexOf(':')
  return { host: dial.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(dial.slice(colon + 1)) }
}

function outgoing(handler: ReverseProxy, exchange: Exchange, withoutBody: boolean): HeaderMap {
  const asked = headerOf(exchange, 'upgrade')[0]
  const headers = withoutHops(exchange.headers)
  if (asked !== undefined && handler.rewrite === undefined) {
    headers['connection'] = 'Upgrade'
    headers['upgrade'] = asked
  } else if (headerOf(exchange, 'transfer-encoding').length > 0 && !withoutBody) {
    headers['transfer-encoding'] = 'chunked'
  }
  if (withoutBody) delete headers['content-length']
  headers['x-forwarded-for'] = exchange.request.socket.remoteAddress ?? ''
  headers['x-forwarded-host'] = headerOf(exchange, 'host')[0] ?? exchange.host
  headers['x-forwarded-proto'] = 'http'
  applyOps(headers, handler.headers?.request, exchange)
  return headers
}

function withoutHops(headers: Readonly<HeaderMap>): HeaderMap {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
  const hops = new Set([...hopByHop, ...named.map((name) => name.trim())])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hops.has(name)))
}

/** In Caddy's order: add, set, delete. */
export function applyOps(headers: HeaderMap, ops: HeaderOps | undefined, exchange: Exchange): void {
  const filled = (values: readonly string[]) => values.map((value) => fill(value, exchange))
  for (const [name, values] of Object.entries(ops?.add ?? {})) {
    const there = headers[name.toLowerCase()]
    headers[name.toLowerCase()] = [...(there === undefined ? [] : [there].flat()), ...filled(values)]
  }
  for (const [name, values] of Object.entries(ops?.set ?? {})) headers[name.toLowerCase()] = filled(values)
  for (const name of ops?.delete ?? []) delete headers[name.toLowerCase()]
}

function seconds(duration: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 }
  const [, amount, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(duration) ?? []
  return Number(amount ?? 3) * (units[unit ?? 's'] ?? 1)
}
