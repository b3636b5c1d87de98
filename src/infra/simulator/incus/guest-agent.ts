import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Guest } from './guest-page.js'

interface Binary {
  readonly tag: string
  readonly starts: boolean
}

interface Conversation {
  readonly conversation_id: string
  working: boolean
  resumed: boolean
}

const UNITS = '/etc/systemd/system'
const BINARY = '/usr/local/bin/shelley'
/** Between an exit and the start of what is there then, as the unit's drop-in says. */
const RESTART_MS = 200
const CONVERSATION = /^\/api\/conversation\/(\w+)$/

/**
 * Shelley, and systemd around it, in one. What is pushed into an instance is read here and never run: a binary is what
 * says `# simulated agent: {"tag": …, "starts": …}` near its beginning. Everything else does not start.
 */
export class GuestAgent {
  private readonly conversations: Conversation[] = []
  private server: Server | null = null
  private sockets: WebSocketServer | null = null
  private running: Binary | null = null
  private comesBack: NodeJS.Timeout | null = null

  constructor(private readonly guest: Guest) {}

  /** Listens where the socket unit says, if there is one that is enabled. */
  async boot(): Promise<void> {
    const where = this.listenAddress()
    if (where === null) return
    const server = createServer((request, response) => void this.answer(request, response))
    const sockets = new WebSocketServer({ server })
    sockets.on('error', () => undefined)
    sockets.on('connection', (socket) => {
      socket.on('error', () => socket.terminate())
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(where.port, where.host, resolve)
    })
    Object.assign(this, { server, sockets })
    this.start(false)
  }

  /** `systemctl` for its two units; the exit code. */
  async systemctl([verb = '', ...words]: readonly string[]): Promise<number> {
    const units = words.filter((word) => !word.startsWith('-'))
    if (verb === 'daemon-reload' || verb === 'reset-failed') return 0
    if (!units.every((unit) => unit === 'shelley.socket' || unit === 'shelley.service')) return 5
    switch (verb) {
      case 'kill':
        this.die(true)
        return 0
      case 'start':
        if (this.running === null) this.start(this.comesBack !== null)
        return 0
      case 'restart':
        if (units.includes('shelley.socket')) {
          await this.close()
          await this.boot()
        } else this.start(false)
        return this.server === null ? 1 : 0
      default:
        return 1
    }
  }

  async close(): Promise<void> {
    const { server, sockets } = this
    if (this.comesBack !== null) clearTimeout(this.comesBack)
    Object.assign(this, { server: null, sockets: null, running: null, comesBack: null })
    for (const socket of sockets?.clients ?? []) socket.terminate()
    server?.closeAllConnections()
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  private start(resumes: boolean): void {
    if (this.comesBack !== null) clearTimeout(this.comesBack)
    this.comesBack = null
    const binary = this.binary()
    this.running = binary?.starts === true ? binary : null
    // One that dies at its start has read nothing of what was to be resumed.
    if (this.running === null) return
    for (const conversation of this.conversations) {
      conversation.resumed ||= resumes && conversation.working
      conversation.working &&= resumes
    }
  }

  private die(resumes: boolean): void {
    this.running = null
    this.server?.closeAllConnections()
    this.comesBack ??= setTimeout(() => this.start(resumes), RESTART_MS).unref()
  }

  private binary(): Binary | null {
    const head = this.guest.read(BINARY)?.subarray(0, 500).toString('utf8') ?? ''
    const said = /^# simulated agent: (\{.*\})$/m.exec(head)?.[1]
    return said === undefined ? null : (JSON.parse(said) as Binary)
  }

  private listenAddress(): { host: string; port: number } | null {
    if (this.guest.read(`${UNITS}/shelley.socket`) === null) return null
    const dropIn = this.guest.read(`${UNITS}/shelley.socket.d/50-sandpiper.conf`)?.toString('utf8') ?? ''
    const [, host, port] = /^ListenStream=([\d.]+):(\d+)$/m.exec(dropIn) ?? []
    return host === undefined ? null : { host, port: Number(port) }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // systemd accepts, and nobody answers.
    if (this.running === null) return void request.socket.destroy()
    const { method, headers } = request
    const url = new URL(request.url ?? '/', 'http://agent')
    const asked = `${method} ${url.pathname}`
    const say = (body: object, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    }
    for await (const _ of request) continue
    if (url.pathname.startsWith('/api/') && headers['x-exedev-userid'] === undefined) return say({}, 403)
    if (asked === 'GET /version') return say({ version: this.running.tag, tag: this.running.tag, commit: 'simulated' })
    if (asked === 'POST /exit') {
      response.on('finish', () => this.die(url.searchParams.get('resume') === 'true'))
      return say({ status: 'ok', message: 'Exiting...' })
    }
    if (asked === 'GET /api/conversations') return say(this.conversations)
    if (asked === 'POST /api/conversations/new') {
      const conversation_id = `c${this.conversations.length + 1}`
      this.conversations.push({ conversation_id, working: true, resumed: false })
      return say({ status: 'accepted', conversation_id }, 201)
    }
    const id = CONVERSATION.exec(url.pathname)?.[1]
    if (method === 'GET' && id !== undefined) {
      const found = this.conversations.find((one) => one.conversation_id === id)
      return found === undefined ? say({}, 404) : say(found)
    }
    say({ agent: this.running.tag, method, path: request.url, headers })
  }
}
