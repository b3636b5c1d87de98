import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readArguments } from './arguments.js'
import { Clock } from './clock.js'
import { Deliveries } from './deliveries.js'
import { isTold, type AppSettings } from './manifest.js'
import { botChangeEvent, botMessageEvent, eventPayload } from './payloads.js'
import { Person, type Scene } from './person.js'
import { Refused } from './refused.js'
import { RequestUrl } from './request-url.js'
import { ResponseUrls } from './response-urls.js'
import { prepareSchemas } from './schemas.js'
import { SocketMode } from './socket-mode.js'
import { Tickets } from './tickets.js'
import { Triggers } from './triggers.js'
import { WebApi, type Answer } from './web-api.js'
import { Workspace, type Posted, type User } from './workspace.js'

/**
 * A strict double of Slack on loopback: Web API, Socket Mode, signed requests, response addresses, uploads. It holds a
 * workspace, enforces what Slack writes down, and lends tests the hands and eyes of people.
 */
export class SlackPeer {
  readonly clock = new Clock()
  readonly workspace = new Workspace(this.clock)
  /** Deliveries go there as signed requests once it has an address; before, through sockets. */
  readonly requestUrl = new RequestUrl()
  readonly sockets: SocketMode
  readonly deliveries: Deliveries
  readonly api: WebApi
  private readonly scene: Scene
  private readonly responses: ResponseUrls
  private server: Server | null = null
  private port = 0
  private events = 0

  constructor(settings: AppSettings) {
    const { clock, workspace } = this
    const tickets = new Tickets(clock)
    const origin = (): string => this.origin
    const triggers = new Triggers(clock)
    this.sockets = new SocketMode(tickets, () => this.deliveries.tick())
    this.deliveries = new Deliveries(clock, {
      deliver: (...delivery) => (this.requestUrl.url === null ? this.sockets : this.requestUrl).deliver(...delivery),
    })
    this.responses = new ResponseUrls(workspace, clock)
    this.api = new WebApi(settings.scopes, { workspace, triggers, tickets, origin }, clock)
    this.scene = {
      workspace,
      triggers,
      settings,
      deliveries: this.deliveries,
      responses: this.responses,
      origin,
      newEventId: () => this.newEventId(),
    }
    if (isTold(settings, 'message.im')) workspace.watch((message, how) => this.tellOfItself(message, how))
  }

  /** On a port of its own, which it keeps. */
  static async open(settings: AppSettings): Promise<SlackPeer> {
    const peer = new SlackPeer(settings)
    await peer.up()
    return peer
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.origin}/api/`
  }

  person(name: string, from: Parameters<Workspace['addUser']>[1] = {}): Person {
    return new Person(this.workspace.addUser(name, from), this.scene)
  }

  /** Moves the platform's time ahead: what has become due happens now. */
  pass(milliseconds: number): void {
    this.clock.pass(milliseconds)
    this.deliveries.tick()
  }

  /** Slack is away: no connection stands, and none can be made. People go on writing. */
  async down(): Promise<void> {
    const { server } = this
    this.server = null
    this.sockets.drop()
    server?.closeAllConnections()
    if (server !== null) await new Promise((resolve) => server.close(resolve))
  }

  async up(): Promise<void> {
    if (this.server !== null) return
    prepareSchemas()
    const server = createServer((request, response) => void this.serve(request, response))
    server.on('upgrade', (request, socket, head) => this.sockets.accept(request, socket, head))
    await listen(server, this.port)
    this.port = (server.address() as AddressInfo).port
    this.server = server
  }

  /** The direct message of someone is closed to the bot, as for a deactivated account. */
  closeDirect(user: User): void {
    user.isDisabled = true
  }

  /** Bot and app token are worth nothing from now on. */
  revokeTokens(): void {
    this.api.revokeTokens()
    this.sockets.requestRefresh('link_disabled')
  }

  async close(): Promise<void> {
    this.deliveries.close()
    await this.down()
  }

  private newEventId(): string {
    this.events += 1
    return `Ev0${String(this.events).padStart(8, '0')}`
  }

  /** Who listens to direct messages hears the bot too: each message of its own, and each edit. */
  private tellOfItself(message: Posted, how: 'posted' | 'changed'): void {
    if (this.workspace.channels.get(message.channel)?.kind !== 'im' || message.only !== null) return
    const event = how === 'posted' ? botMessageEvent(message) : botChangeEvent(message, this.clock.timestamp())
    void this.deliveries.send(
      'events_api',
      `own ${how}`,
      eventPayload(this.newEventId(), this.clock.now(), null, event),
    )
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', this.origin).pathname
    const body = await bytesOf(request)
    const type = request.headers['content-type'] ?? ''
    if (request.method !== 'POST') return void response.writeHead(405).end()
    if (path.startsWith('/api/')) {
      const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const answer = this.api.call(path.slice('/api/'.length), token, readArguments(body.toString(), type))
      return reply(response, answer)
    }
    if (path.startsWith('/upload/')) return this.takeUpload(path.slice('/upload/'.length), body, type, response)
    this.takeResponse(path, body.toString(), response)
  }

  private async takeUpload(id: string, body: Buffer, type: string, response: ServerResponse): Promise<void> {
    const upload = this.workspace.uploads.get(id)
    const bytes = await fileOf(body, type)
    if (upload === undefined) return void response.writeHead(404).end()
    if (bytes.length !== upload.length) return void response.writeHead(400).end('length mismatch')
    upload.bytes = bytes
    response.writeHead(200).end(`OK - ${bytes.length}`)
  }

  private takeResponse(path: string, body: string, response: ServerResponse): void {
    try {
      this.responses.answer(path, JSON.parse(body) as object)
      response.writeHead(200).end('ok')
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const status = ['expired_url', 'used_url', 'no_service'].includes(error.code) ? 404 : 400
      reply(response, { status, headers: {}, body: { ok: false, error: error.code, ...error.more } })
    }
  }
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The bytes of an upload: as they are, or the one file of a form. */
async function fileOf(body: Buffer, type: string): Promise<Buffer> {
  if (!type.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  for (const [, value] of form) if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return Buffer.alloc(0)
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
