import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { WebSocket } from 'undici'
import { z } from 'zod'
import type { IncusClient } from './client.js'

/** Where undici tells of pings: its WebSocket answers them without an event. */
const PING_CHANNEL = 'undici:websocket:ping'
/** Incus pings every 10 s. */
const SILENCE_MS = 30_000
const BACKOFF_MS = { first: 500, most: 30_000 }

const eventShape = z.object({
  type: z.literal('lifecycle'),
  metadata: z.object({ action: z.string(), source: z.string() }),
})

export interface EventHandlers {
  /** Something happened to this instance: look at it. */
  changed(instance: string): void
  /** Connected, for the first time or again: events may have been missed, so look at everything. */
  connected(): void
  disconnected?(reason: string): void
}

/** Follows lifecycle events for as long as it is open. A hint to look, never a fact. */
export class IncusEvents {
  private socket: WebSocket | null = null
  private timer: NodeJS.Timeout | null = null
  private backoffMs = BACKOFF_MS.first
  private closed = false

  constructor(
    private readonly client: IncusClient,
    private readonly handlers: EventHandlers,
    private readonly silenceMs = SILENCE_MS,
  ) {}

  open(): void {
    subscribe(PING_CHANNEL, this.onPing)
    this.connect()
  }

  close(): void {
    this.closed = true
    unsubscribe(PING_CHANNEL, this.onPing)
    if (this.timer !== null) clearTimeout(this.timer)
    this.socket?.close()
    this.socket = null
  }

  private connect(): void {
    const { origin, project, dispatcher } = this.client
    const query = `type=lifecycle&project=${encodeURIComponent(project)}`
    const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/1.0/events?${query}`, { dispatcher })
    this.socket = socket
    this.watch()
    socket.addEventListener('open', () => {
      if (this.socket !== socket) return
      this.backoffMs = BACKOFF_MS.first
      this.watch()
      this.handlers.connected()
    })
    socket.addEventListener('message', (event) => {
      if (this.socket !== socket) return
      this.watch()
      const instance = instanceOf(event.data)
      if (instance !== null) this.handlers.changed(instance)
    })
    socket.addEventListener('error', () => this.lost(socket, 'the connection failed'))
    socket.addEventListener('close', () => this.lost(socket, 'the connection was closed'))
  }

  private readonly onPing = (message: unknown): void => {
    const from = typeof message === 'object' && message !== null && 'websocket' in message ? message.websocket : null
    if (this.socket !== null && from === this.socket) this.watch()
  }

  /** Starts the silence anew. */
  private watch(): void {
    const { socket } = this
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      if (socket !== null) this.lost(socket, 'no sign of life')
    }, this.silenceMs)
  }

  private lost(socket: WebSocket, reason: string): void {
    if (this.closed || this.socket !== socket) return
    this.socket = null
    socket.close()
    this.handlers.disconnected?.(reason)
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => this.connect(), this.backoffMs * (0.5 + Math.random() / 2))
    this.backoffMs = Math.min(this.backoffMs * 2, BACKOFF_MS.most)
  }
}

/** The instance that a lifecycle event is about: `/1.0/instances/NAME`, perhaps with more behind it. */
function instanceOf(data: unknown): string | null {
  if (typeof data !== 'string') return null
  try {
    const event = eventShape.safeParse(JSON.parse(data))
    if (!event.success) return null
    return /^\/1\.0\/instances\/([^/?]+)/.exec(event.data.metadata.source)?.[1] ?? null
  } catch {
    return null
  }
}
