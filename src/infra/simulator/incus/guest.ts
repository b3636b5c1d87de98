import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { GuestAgent } from './guest-agent.js'
import { answerAgent, answerApp, type Guest } from './guest-page.js'

type Answer = (guest: Guest, request: IncomingMessage, response: ServerResponse) => void
type Close = () => Promise<void>

export interface RunningGuest {
  readonly close: Close
  /** Ends the connections to this port. */
  readonly cut: (port: number) => void
  /** The agent that was put in, beside the one of its image. */
  readonly agent: GuestAgent
}

/** The small servers that a running instance is: app 8000, its image's agent 9999, an SSH banner on 2222. */
export async function bootGuest(guest: Guest): Promise<RunningGuest> {
  const agent = new GuestAgent(guest)
  const open: Close[] = [() => agent.close()]
  const cuts = new Map<number, () => void>()
  const close: Close = async () => {
    await Promise.all(open.map((one) => one()))
  }
  try {
    for (const [port, answer] of [
      [8000, answerApp],
      [9999, answerAgent],
    ] as const) {
      const served = await listenHttp(guest, port, answer)
      cuts.set(port, served.cut)
      open.push(served.close)
    }
    open.push(await listenBanner(guest, 2222))
    await agent.boot()
  } catch (error) {
    await close()
    throw error
  }
  return { close, cut: (port) => cuts.get(port)?.(), agent }
}

async function listenHttp(guest: Guest, port: number, answer: Answer): Promise<{ close: Close; cut: () => void }> {
  const server = createServer((request, response) => answer(guest, request, response))
  const sockets = new WebSocketServer({ server })
  // The HTTP server's errors arrive here too; `listen` reports them.
  sockets.on('error', () => undefined)
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await listen(server, port, guest.address)
  const cut = (): void => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
  }
  const close: Close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      cut()
    })
  return { close, cut }
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
