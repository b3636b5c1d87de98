import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Agent, request } from 'undici'
import { WebSocketServer } from 'ws'
import type { CaddyAddress } from '../../src/infra/caddy/client.js'

/** One Caddy, empty at first. */
export interface CaddyWorld {
  readonly address: CaddyAddress
  /** Where its server may listen, `127.0.0.1:port`. */
  readonly listen: string
  stop(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Past our own client. Once more where a change before it cut the connection. */
export async function raw(...question: Parameters<typeof rawOnce>): ReturnType<typeof rawOnce> {
  return rawOnce(...question).catch(() => rawOnce(...question))
}

async function rawOnce(
  world: Pick<CaddyWorld, 'address'>,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) {
  const { address } = world
  const dispatcher = new Agent('socketPath' in address ? { connect: { socketPath: address.socketPath } } : {})
  try {
    const answer = await request(`${'url' in address ? address.url : 'http://localhost'}${path}`, {
      method,
      dispatcher,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, json: text.trim() === '' ? null : (JSON.parse(text) as unknown) }
  } finally {
    await dispatcher.close()
  }
}

/** A request through Caddy to one host name. */
export async function visit(
  world: CaddyWorld,
  host: string,
  headers: Record<string, string | string[]> = {},
  how: { method?: string; body?: string; path?: string } = {},
) {
  const { body = '', method = 'GET', path = '/some/path?x=1' } = how
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    // Not undici: it sends no `Upgrade` of ours.
    const [address, port] = world.listen.split(':')
    const where = { host: address, port, path }
    const out = ask({ ...where, method, agent: false, headers: { host, ...headers } }, (answer) => {
      const { statusCode: status = 0, headers } = answer
      text(answer).then((text) => resolve({ status, headers, text }), reject)
    })
    out.on('error', reject)
    out.end(body)
  })
}

export interface Upstream {
  readonly port: number
  close(): Promise<void>
}

/** Says what it was asked, as JSON; echoes over WebSockets. */
export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    if (request.url === '/events') return void response.write('data: one\n\n')
    const raw = request.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1]]] : []))
    response.end(JSON.stringify({ url: request.url, headers: request.headers, raw }))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
