import { WebSocket } from 'ws'
import type { TestHost } from './engine.js'

const ECHO_LIMIT_MS = 5_000

/** A WebSocket through the host's Caddy to a service that echoes. */
export class OpenSocket {
  /** The close code (RFC 6455, 7.4), once it is closed. */
  readonly closed: Promise<number>

  static async to(
    host: Pick<TestHost, 'listen' | 'tls'>,
    name: string,
    login?: { readonly user: string; readonly password: string },
  ): Promise<OpenSocket> {
    const scheme = host.tls === 'off' ? 'ws' : 'wss'
    const tls = host.tls === 'off' ? {} : { servername: name, rejectUnauthorized: false }
    const auth = login === undefined ? {} : { auth: `${login.user}:${login.password}` }
    const socket = new WebSocket(`${scheme}://${host.listen}/ws`, { headers: { host: name }, ...tls, ...auth })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new OpenSocket(socket)
  }

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.once('close', resolve))
  }

  /** There and back. Throws where the socket is closed, or silent. */
  async echo(text: string): Promise<string> {
    if (this.socket.readyState !== WebSocket.OPEN) throw new Error('the WebSocket is closed')
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('the WebSocket is silent')), ECHO_LIMIT_MS)
      this.socket.once('message', (data: Buffer) => {
        clearTimeout(limit)
        resolve(data.toString('utf8'))
      })
      void this.closed.then((code) => reject(new Error(`the WebSocket was closed: ${code}`)))
      this.socket.send(text)
    })
  }

  close(): void {
    this.socket.terminate()
  }
}
