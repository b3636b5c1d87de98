import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Kind, Reports, Retry, Transport } from './deliveries.js'
import type { Tickets } from './tickets.js'
import { APP_ID } from './workspace.js'

const MOST_SOCKETS = 10

/** The sockets of Socket Mode. A delivery goes to any one of them, and is answered by its envelope's id. */
export class SocketMode implements Transport {
  private readonly server = new WebSocketServer({ noServer: true })
  private readonly sockets = new Set<WebSocket>()
  private readonly waiting = new Map<string, { readonly socket: WebSocket; readonly reports: Reports }>()
  private turn = 0
  /** How many sockets ever said hello. */
  greeted = 0

  constructor(
    private readonly tickets: Tickets,
    private readonly attached: () => void,
  ) {}

  get connected(): number {
    return this.sockets.size
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '', 'http://peer').searchParams.get('ticket') ?? ''
    if (!this.tickets.use(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    this.server.handleUpgrade(request, socket, head, (accepted) => this.greet(accepted))
  }

  deliver(kind: Kind, payload: object, retry: Retry | null, reports: Reports): boolean {
    const open = [...this.sockets].filter((socket) => socket.readyState === socket.OPEN)
    this.turn += 1
    const socket = open[this.turn % open.length]
    if (socket === undefined) return false
    const id = randomUUID()
    this.waiting.set(id, { socket, reports })
    const again = retry === null ? {} : { retry_attempt: retry.num, retry_reason: retry.reason }
    const accepts = kind !== 'events_api'
    socket.send(JSON.stringify({ envelope_id: id, type: kind, payload, accepts_response_payload: accepts, ...again }))
    return true
  }

  /** Cuts the connections, without a word. */
  drop(): void {
    for (const socket of this.sockets) socket.terminate()
  }

  /** Takes nothing any more, and says nothing: not even goodbye. */
  freeze(): void {
    for (const socket of this.sockets) socket.pause()
  }

  /** As Slack does every few hours: please connect anew. */
  requestRefresh(reason: 'refresh_requested' | 'warning' | 'link_disabled'): void {
    const message = JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'peer' } })
    for (const socket of this.sockets) socket.send(message)
  }

  private greet(socket: WebSocket): void {
    if (this.sockets.size >= MOST_SOCKETS) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }))
      socket.close()
      return
    }
    this.sockets.add(socket)
    this.greeted += 1
    socket.on('message', (data) => this.answered((data as Buffer).toString()))
    socket.on('close', () => this.closed(socket))
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.sockets.size,
        debug_info: { host: 'peer', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: APP_ID },
      }),
    )
    this.attached()
  }

  private answered(text: string): void {
    const { envelope_id: id = '', payload } = JSON.parse(text) as { envelope_id?: string; payload?: unknown }
    if (this.waiting.get(id)?.reports.acknowledged(payload) === true) this.waiting.delete(id)
  }

  private closed(socket: WebSocket): void {
    this.sockets.delete(socket)
    for (const [id, waiting] of this.waiting) {
      if (waiting.socket !== socket) continue
      this.waiting.delete(id)
      waiting.reports.failed('socket_closed')
    }
  }
}
