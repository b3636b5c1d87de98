import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { GuestAgent } from './guest-agent.js'
import { answerAgent, answerApp, type Guest } from './guest-page.js'

type Answer = (guest: Guest, request: IncomingMessage, response: ServerResponse) => void
type Close = () => Promise<void>

export interface RunningGuest {
  readonly close: Close
  /** The agent that was put in, beside the one of its image. */
  readonly agent: GuestAgent
}

/** The small servers that a running instance is: app 8000, its image's agent 9999, an SSH banner on 2222. */
export async function bootGuest(guest: Guest): Promise<RunningGuest> {
  const agent = new GuestAgent(guest)
  const open: Close[] = [() => agent.close()]
  const close: Close = async () => {
    await Promise.all(open.map((one) => one()))
  }
  try {
    open.push(await listenHttp(guest, 8000, answerApp))
    open.push(await listenHttp(guest, 9999, answerAgent))
    open.push(await listenBanner(guest, 2222))
    await agent.boot()
  } catch (error) {
    await close()
    throw error
  }
  return { close, agent }
}

async function listenHttp(guest: Guest, port: number, answer: Answer): Promise<Close> {
  const server = createServer((request, response) => answer(guest, request, response))
  const sockets = new WebSocketServer({ server })
  // The HTTP server's errors arrive here too; `listen` reports them.
  sockets.on('error', () => undefined)
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await listen(server, port, guest.address)
  return () =>
    new Promise((resolve) => {
      for (const socket of sockets.clients) socket.terminate()
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

async function listenBanner(guest: Guest, port: number): Promise<Close> {
  const connections = new Set<Socket>()
  const server = createTcpServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.end())
    socket.write('SSH-2.0-SandpiperSimulator\r\n')
  })
  await listen(server, port, guest.address)
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of connections) socket.destroy()
    })
}

function listen(server: Server | TcpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
