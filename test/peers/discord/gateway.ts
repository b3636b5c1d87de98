import {
  type ApplicationFlags,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  GatewayIntentBits,
  GatewayOpcodes,
  type GatewayDispatchPayload,
  type GatewayIdentifyData,
  type GatewayReadyDispatchData,
  type GatewayResumeData,
  type GatewaySendPayload,
} from 'discord-api-types/v10'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { shapeFindings } from './schemas.js'
import type { World } from './world.js'

const MOST_BYTES = 4096
const KNOWN_INTENTS = Object.values(GatewayIntentBits).reduce<number>(
  (sum, bit) => (typeof bit === 'number' ? sum | bit : sum),
  0,
)
const PRIVILEGED = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent

interface Session {
  readonly id: string
  readonly intents: number
  readonly events: { readonly s: number; readonly t: string; readonly d: unknown }[]
  seq: number
  socket: WebSocket | null
}

/** The gateway: heartbeats, sessions that outlive their sockets, and what was missed, told again after a resume. */
export class Gateway {
  heartbeatMs = 41_250
  /** False: heartbeats are not answered, as on a connection that died without a word. */
  answersHeartbeats = true
  /** False: a session cannot be resumed. */
  resumes = true
  readonly identifies: GatewayIdentifyData[] = []
  resumed = 0
  private readonly sessions = new Map<string, Session>()
  private readonly sockets = new Set<WebSocket>()
  private readonly server = new WebSocketServer({ noServer: true })

  constructor(
    private readonly world: World,
    private readonly token: () => string,
    private readonly url: () => string,
  ) {}

  attach(server: Server, isUp: () => boolean): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      const isOurs = ['/gateway', '/resume'].includes(pathname.replace(/\/$/, ''))
      if (!isUp() || !isOurs || searchParams.get('v') !== '10' || searchParams.get('encoding') !== 'json') {
        socket.destroy()
        return
      }
      this.server.handleUpgrade(request, socket, head, (client) => this.greet(client))
    })
  }

  get connected(): number {
    return [...this.sessions.values()].filter((session) => session.socket !== null).length
  }

  get sessionCount(): number {
    return this.sessions.size
  }

  /** To every session; one without a socket hears of it after its resume. */
  dispatch(t: string, d: unknown): void {
    for (const session of this.sessions.values()) this.tell(session, t, d)
  }

  /** Cuts all sockets as a lost network does, or with a close code. Sessions stay. */
  drop(code: number | null = null): void {
    for (const socket of this.sockets) {
      if (code === null) socket.terminate()
      else socket.close(code)
    }
  }

  /** Connections stay open, and nothing is heard on them any more. */
  freeze(): void {
    for (const socket of this.sockets) socket.pause()
  }

  /** Op 7: please come again. */
  askToReconnect(): void {
    for (const { socket } of this.sessions.values()) if (socket !== null) send(socket, GatewayOpcodes.Reconnect, null)
  }

  /** Sessions that nobody resumed in time are forgotten, with all that waited for them. */
  forgetSessions(): void {
    this.sessions.clear()
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private greet(socket: WebSocket): void {
    let session: Session | null = null
    this.sockets.add(socket)
    send(socket, GatewayOpcodes.Hello, { heartbeat_interval: this.heartbeatMs })
    socket.on('message', (bytes: Buffer) => {
      const payload = readPayload(bytes)
      if (payload === null) socket.close(GatewayCloseCodes.DecodeError)
      else session = this.hear(socket, session, payload)
    })
    socket.on('close', (code: number) => {
      this.sockets.delete(socket)
      if (session?.socket !== socket) return
      session.socket = null
      // Who says goodbye so wants no more of this session.
      if (code === 1000 || code === 1001) this.sessions.delete(session.id)
    })
    socket.on('error', () => socket.terminate())
  }

  private hear(socket: WebSocket, session: Session | null, payload: GatewaySendPayload): Session | null {
    switch (payload.op) {
      case GatewayOpcodes.Heartbeat:
        if (this.answersHeartbeats) send(socket, GatewayOpcodes.HeartbeatAck, null)
        return session
      case GatewayOpcodes.Identify:
        if (session !== null) return refuse(socket, GatewayCloseCodes.AlreadyAuthenticated)
        return this.identify(socket, payload.d)
      case GatewayOpcodes.Resume:
        if (session !== null) return refuse(socket, GatewayCloseCodes.AlreadyAuthenticated)
        return this.resume(socket, payload.d)
      default:
        return session ?? refuse(socket, GatewayCloseCodes.NotAuthenticated)
    }
  }

  private identify(socket: WebSocket, data: GatewayIdentifyData): Session | null {
    this.identifies.push(data)
    if (data.token !== this.token()) return refuse(socket, GatewayCloseCodes.AuthenticationFailed)
    if ((data.intents & ~KNOWN_INTENTS) !== 0) return refuse(socket, GatewayCloseCodes.InvalidIntents)
    if ((data.intents & PRIVILEGED) !== 0) return refuse(socket, GatewayCloseCodes.DisallowedIntents)
    const id = randomBytes(16).toString('hex')
    const session: Session = { id, intents: data.intents, events: [], seq: 0, socket }
    this.sessions.set(id, session)
    this.tell(session, GatewayDispatchEvents.Ready, this.ready(session))
    return session
  }

  private ready({ id }: Session): GatewayReadyDispatchData {
    const { applicationId, guilds } = this.world
    return {
      v: 10,
      user: {
        id: applicationId,
        username: 'sandpiper',
        discriminator: '0001',
        global_name: null,
        avatar: null,
        bot: true,
      },
      guilds: [...guilds.values()].map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: id,
      resume_gateway_url: this.url(),
      shard: [0, 1],
      application: { id: applicationId, flags: 0 as ApplicationFlags, flags_new: '0' },
    }
  }

  private resume(socket: WebSocket, data: GatewayResumeData): Session | null {
    if (data.token !== this.token()) return refuse(socket, GatewayCloseCodes.AuthenticationFailed)
    const session = this.sessions.get(data.session_id)
    if (session === undefined || !this.resumes) {
      send(socket, GatewayOpcodes.InvalidSession, false)
      return null
    }
    if (data.seq > session.seq) return refuse(socket, GatewayCloseCodes.InvalidSeq)
    session.socket = socket
    this.resumed += 1
    for (const { s, t, d } of session.events.filter((event) => event.s > data.seq))
      send(socket, GatewayOpcodes.Dispatch, d, t, s)
    this.tell(session, GatewayDispatchEvents.Resumed, null)
    return session
  }

  private tell(session: Session, t: string, d: unknown): void {
    session.seq += 1
    session.events.push({ s: session.seq, t, d })
    if (session.socket !== null) send(session.socket, GatewayOpcodes.Dispatch, d, t, session.seq)
  }
}

function send(socket: WebSocket, op: number, d: unknown, t: string | null = null, s: number | null = null): void {
  const payload = { op, d, t, s } satisfies Record<keyof GatewayDispatchPayload, unknown>
  socket.send(JSON.stringify(payload))
}

function refuse(socket: WebSocket, code: GatewayCloseCodes): null {
  socket.close(code)
  return null
}

function readPayload(bytes: Buffer): GatewaySendPayload | null {
  if (bytes.length > MOST_BYTES) return null
  try {
    const payload: unknown = JSON.parse(bytes.toString('utf8'))
    return shapeFindings('gateway', payload).length === 0 ? (payload as GatewaySendPayload) : null
  } catch {
    return null
  }
}
