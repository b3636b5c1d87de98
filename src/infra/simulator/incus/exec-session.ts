import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'

const streams = ['0', '1', '2', 'control'] as const
type Stream = (typeof streams)[number]

const SIGKILL = 9

/** A promise that is kept from outside. */
class Moment {
  come: () => void = () => undefined
  readonly reached = new Promise<void>((resolve) => (this.come = resolve))
}

/** The four WebSockets between one command and its client. The command may begin when the first three are there. */
export class ExecSession {
  readonly secrets = Object.fromEntries(streams.map((stream) => [stream, randomBytes(32).toString('hex')]))
  private readonly sockets = new Map<Stream, WebSocket>()
  private readonly input: Buffer[] = []
  private readonly connection = new Moment()
  private readonly inputEnd = new Moment()
  private readonly death = new Moment()

  get connected(): Promise<void> {
    return this.connection.reached
  }

  get killed(): Promise<void> {
    return this.death.reached
  }

  knows(secret: string): boolean {
    return Object.values(this.secrets).includes(secret)
  }

  attach(secret: string, socket: WebSocket): void {
    const stream = streams.find((one) => this.secrets[one] === secret)
    if (stream === undefined) return socket.terminate()
    this.sockets.set(stream, socket)
    socket.on('error', () => socket.terminate())
    if (stream === '0') this.listen(socket)
    if (stream === 'control') socket.on('message', (data: Buffer) => this.obey(data))
    if (['0', '1', '2'].every((one) => this.sockets.has(one as Stream))) this.connection.come()
  }

  /** All of it, once the client has said its end. */
  async stdin(): Promise<Buffer> {
    await this.inputEnd.reached
    return Buffer.concat(this.input)
  }

  kill(): void {
    this.death.come()
  }

  end(stdout: string, stderr: string): void {
    if (stdout !== '') this.sockets.get('1')?.send(Buffer.from(stdout))
    if (stderr !== '') this.sockets.get('2')?.send(Buffer.from(stderr))
    for (const socket of this.sockets.values()) socket.close()
  }

  /** Bytes are input; an empty text message is its end, as is that of the socket. */
  private listen(socket: WebSocket): void {
    socket.on('message', (data: Buffer, binary) => (binary ? void this.input.push(data) : this.inputEnd.come()))
    socket.on('close', () => this.inputEnd.come())
  }

  private obey(data: Buffer): void {
    const said = JSON.parse(data.toString('utf8')) as { command?: string; signal?: number }
    if (said.command === 'signal' && said.signal === SIGKILL) this.kill()
  }
}
