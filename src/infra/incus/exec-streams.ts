import { once } from 'node:events'
import { WebSocket } from 'undici'
import { z } from 'zod'
import type { IncusClient } from './client.js'
import { incusError, wordsOf } from './errors.js'

/** One secret a stream, made by Incus for this one command. */
export const streamSecrets = z.object({ '0': z.string(), '1': z.string(), '2': z.string(), control: z.string() })
type Secrets = z.infer<typeof streamSecrets>

const SIGKILL = 9
const CONNECT_LIMIT_MS = 5_000

/** The four WebSockets of a running command. Incus starts the command when the first three are open. */
export class ExecStreams {
  private readonly stdin: WebSocket
  private readonly control: WebSocket
  private readonly stdout: KeptOutput
  private readonly stderr: KeptOutput

  constructor(client: IncusClient, operation: string, secrets: Secrets, maxBytes: number) {
    const connect = (secret: string): WebSocket => {
      const { origin, dispatcher } = client
      const url = `${origin.replace(/^http/, 'ws')}/1.0/operations/${operation}/websocket?secret=${secret}`
      return new WebSocket(url, { dispatcher })
    }
    this.control = connect(secrets.control)
    this.stdin = connect(secrets['0'])
    this.stdout = new KeptOutput(connect(secrets['1']), maxBytes)
    this.stderr = new KeptOutput(connect(secrets['2']), maxBytes)
  }

  /** Connects all and says all of stdin, with an empty text message for its end. From then on it can be killed. */
  async open(stdin: string): Promise<void> {
    await Promise.all(this.all().map(opened))
    if (stdin !== '') this.stdin.send(Buffer.from(stdin))
    this.stdin.send('')
  }

  async drained(signal: AbortSignal): Promise<void> {
    await Promise.all([this.stdout.ended(signal), this.stderr.ended(signal)])
  }

  output(): { stdout: string; stderr: string; truncated: boolean } {
    const [stdout, stderr] = [this.stdout, this.stderr]
    return { stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated || stderr.truncated }
  }

  kill(): void {
    if (this.control.readyState !== WebSocket.OPEN) return
    this.control.send(JSON.stringify({ command: 'signal', signal: SIGKILL }))
  }

  close(): void {
    for (const socket of this.all()) socket.close()
  }

  private all(): WebSocket[] {
    return [this.control, this.stdin, this.stdout.socket, this.stderr.socket]
  }
}

/** The beginning of an output stream; what comes behind it is read and dropped. */
class KeptOutput {
  truncated = false
  private readonly chunks: Buffer[] = []
  private done = false

  constructor(
    readonly socket: WebSocket,
    private room: number,
  ) {
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => this.take(data))
    socket.addEventListener('close', () => (this.done = true))
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8')
  }

  async ended(signal: AbortSignal): Promise<void> {
    if (!this.done) await once(this.socket, 'close', { signal })
  }

  private take(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return
    const kept = Buffer.from(data.slice(0, this.room))
    this.room -= kept.length
    this.truncated ||= kept.length < data.byteLength
    this.chunks.push(kept)
  }
}

async function opened(socket: WebSocket): Promise<void> {
  const signal = AbortSignal.timeout(CONNECT_LIMIT_MS)
  const failed = once(socket, 'error', { signal }).then(() => Promise.reject(new Error('ECONNRESET')))
  try {
    await Promise.race([once(socket, 'open', { signal }), failed])
  } catch (error) {
    throw incusError('connect to a command', signal.aborted ? 'timed out' : wordsOf(error), 0, error)
  }
}
