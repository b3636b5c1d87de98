import type { WebSocket } from 'ws'

/** Incus pings its event listeners every 10 s. */
const PING_MS = 10_000

/** Those who listen at `/1.0/events`. */
export class EventHub {
  private readonly listeners = new Map<WebSocket, ReadonlySet<string>>()
  private readonly pings = setInterval(() => this.ping(), PING_MS)

  /** `types`: empty means all. */
  add(socket: WebSocket, types: ReadonlySet<string>): void {
    this.listeners.set(socket, types)
    socket.on('close', () => this.listeners.delete(socket))
    socket.on('error', () => this.listeners.delete(socket))
  }

  lifecycle(action: string, source: string, context: object = {}): void {
    this.send('lifecycle', {
      action,
      source,
      context,
      requestor: { username: 'simulator', protocol: 'unix', address: '@' },
      project: 'default',
    })
  }

  operation(view: object): void {
    this.send('operation', view)
  }

  close(): void {
    clearInterval(this.pings)
    for (const socket of this.listeners.keys()) socket.terminate()
  }

  private send(type: string, metadata: object): void {
    const event = { type, timestamp: new Date().toISOString(), metadata, location: 'none', project: 'default' }
    const text = JSON.stringify(event)
    for (const [socket, types] of this.listeners) if (types.size === 0 || types.has(type)) socket.send(text)
  }

  private ping(): void {
    for (const socket of this.listeners.keys()) socket.ping()
  }
}
