import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { Exec } from './exec.js'
import { fileRoutes } from './file-routes.js'
import { hostRoutes } from './host-routes.js'
import { instanceRoutes } from './instance-routes.js'
import { Machine } from './machine.js'
import { IncusRefusal, send, sendRefusal } from './reply.js'
import { dispatch, type Asked, type Routes } from './router.js'

export interface SimulatedIncusOptions {
  readonly socketPath: string
  readonly stateFolder: string
  /** How long one quick background change takes, in milliseconds. */
  readonly latencyMs?: number
}

/** Incus' REST on a unix socket of mode 0600, with instances that are small servers on 127.77.x.y. */
export async function startSimulatedIncus(options: SimulatedIncusOptions): Promise<{ close(): Promise<void> }> {
  if (await answers(options.socketPath))
    throw new Error(`Another simulated host runs at ${options.socketPath}. Stop it, or choose another folder.`)
  const machine = new Machine(options.stateFolder, options.latencyMs ?? 150)
  await machine.adopt()
  const exec = new Exec(machine)
  const routes: Routes = { ...hostRoutes(machine), ...fileRoutes(machine), ...instanceRoutes(machine, exec) }
  const server = createServer((request, response) => void answer(routes, request, response))
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const take = streamTaker(new URL(request.url ?? '/', 'http://incus'), machine, exec)
    if (take === null) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, take)
  })
  rmSync(options.socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.socketPath, resolve)
  })
  chmodSync(options.socketPath, 0o600)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      exec.close()
      await machine.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Who a WebSocket at this address is for. */
function streamTaker(
  { pathname, searchParams }: URL,
  machine: Machine,
  exec: Exec,
): ((socket: WebSocket) => void) | null {
  if (pathname === '/1.0/events') {
    const types = new Set((searchParams.get('type') ?? '').split(',').filter((type) => type !== ''))
    return (socket) => machine.events.add(socket, types)
  }
  if (!/^\/1\.0\/operations\/[^/]+\/websocket$/.test(pathname)) return null
  const secret = searchParams.get('secret') ?? ''
  const session = exec.session(secret)
  return session === undefined ? null : (socket) => session.attach(secret, socket)
}

/** A socket file that a killed simulator left behind does not answer. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, await dispatch(routes, await read(request)))
  } catch (error) {
    sendRefusal(response, error)
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://incus')
  const [version, ...parts] = url.pathname.split('/').filter((part) => part !== '')
  if (version !== '1.0') throw new IncusRefusal(404, 'Not Found')
  return {
    method: request.method ?? 'GET',
    parts: parts.map(decodeURIComponent),
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
  }
}
