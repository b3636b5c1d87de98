import { createServer, ServerResponse, type IncomingMessage, type Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.js'
import { AdminRefusal } from './refusal.js'
import { Routing } from './routing.js'
import type { Server } from './schema.js'

interface Listener {
  readonly http: HttpServer
  readonly sockets: Set<Duplex>
  server: Server
}

/** The addresses that the config listens on. One that stays keeps its connections through a change. */
export class Listeners {
  private readonly open = new Map<string, Listener>()
  private readonly routing = new Routing()

  async follow(servers: readonly Server[]): Promise<void> {
    const wanted = new Map(servers.flatMap((server) => (server.listen ?? []).map((address) => [address, server])))
    const count = servers.reduce((sum, server) => sum + (server.listen?.length ?? 0), 0)
    if (count > wanted.size) throw new AdminRefusal(500, 'loading new config: listener address repeated')
    const opened: [string, Listener][] = []
    try {
      for (const [address, server] of wanted) {
        if (!this.open.has(address)) opened.push([address, await this.listen(address, server)])
      }
    } catch (error) {
      await Promise.all(opened.map(([, listener]) => shut(listener)))
      throw new AdminRefusal(500, `loading new config: http app module: start: ${(error as Error).message}`)
    }
    for (const [address, listener] of opened) this.open.set(address, listener)
    for (const [address, listener] of this.open) {
      const server = wanted.get(address)
      if (server !== undefined) listener.server = server
      else {
        this.open.delete(address)
        await shut(listener)
      }
    }
  }

  private async listen(address: string, server: Server): Promise<Listener> {
    const colon = address.lastIndexOf(':')
    const host = address
      .slice(0, colon)
      .replace(/^tcp[46]?\//, '')
      .replace(/^\[|\]$/g, '')
    const listener: Listener = { http: createServer(), server, sockets: new Set() }
    listener.http.on('request', (request, response) => this.serve(listener, request, response, null))
    listener.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      response.assignSocket(socket as Socket)
      response.on('finish', () => socket.end())
      this.serve(listener, request, response, { socket, head })
    })
    listener.http.on('connection', (socket) => {
      listener.sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => listener.sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => {
      listener.http.once('error', reject)
      listener.http.listen({ port: Number(address.slice(colon + 1)), ...(host === '' ? {} : { host }) }, resolve)
    })
    return listener
  }

  private serve(
    listener: Listener,
    request: IncomingMessage,
    response: ServerResponse,
    upgrade: Exchange['upgrade'],
  ): void {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    response.setHeader('Server', 'Caddy')
    const exchange: Exchange = { request, response, upgrade, headers: request.headers, host, user: '', error: null }
    this.routing.serve(listener.server, exchange).catch(() => response.destroy())
  }
}

function shut({ http, sockets }: Listener): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
