import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Api } from './api.js'
import { Clock } from './clock.js'
import { Gateway } from './gateway.js'
import { Interactions, type Interaction } from './interactions.js'
import { Person } from './person.js'
import { RateLimits } from './rate-limits.js'
import { Refusal } from './refusal.js'
import { readRequest } from './request.js'
import { World, type PeerChannel, type PeerGuild } from './world.js'

/** One request, as it was answered. */
export interface Answered {
  readonly line: string
  readonly status: number
  /** Of the error; null where there was none. */
  readonly code: number | null
}

/** A strict double of Discord on loopback: REST and gateway, spoken to by the real client library. */
export class DiscordPeer {
  readonly clock = new Clock()
  readonly world = new World(this.clock)
  readonly interactions = new Interactions(this.world)
  readonly limits = new RateLimits(this.clock)
  readonly gateway = new Gateway(
    this.world,
    () => this.token,
    () => this.gatewayUrl,
  )
  readonly answered: Answered[] = []
  /** How often each event is delivered. */
  deliveries = 1
  private currentToken = this.newToken()
  private isUp = true
  private readonly api = new Api(
    this.world,
    this.interactions,
    () => this.gatewayUrl,
    () => this.token,
  )
  private readonly server = createServer((request, response) => void this.serve(request, response))

  async start(): Promise<this> {
    this.gateway.attach(this.server, () => this.isUp)
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return this
  }

  async stop(): Promise<void> {
    await this.gateway.close()
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }

  /** For DISCORD_API_URL. */
  get apiUrl(): string {
    return `http://127.0.0.1:${this.port}/api`
  }

  get token(): string {
    return this.currentToken
  }

  /** What the portal shows once; the one before is dead at once, on the gateway too. */
  revokeToken(): void {
    this.currentToken = this.newToken()
    this.gateway.forgetSessions()
    this.gateway.drop(4004)
  }

  guild(name: string): PeerGuild {
    return this.world.addGuild(name)
  }

  channel(guild: PeerGuild, name: string): PeerChannel {
    return this.world.addChannel(guild.id, name)
  }

  person(name: string, roles: readonly string[] = []): Person {
    const { world, gateway, interactions } = this
    return new Person(world.addUser(name, roles), { world, gateway, interactions, deliveries: () => this.deliveries })
  }

  closeDirect(person: Person): void {
    person.user.isClosed = true
  }

  /** No request is answered, and no connection held. Sessions wait, and hear later what they missed. */
  down(): void {
    this.isUp = false
    this.gateway.drop()
  }

  up(): void {
    this.isUp = true
  }

  /** Of what was acknowledged, from the event to the answer, in milliseconds. */
  get ackTimes(): readonly number[] {
    return [...this.interactions.all.values()].flatMap(({ ackMs }) => (ackMs === null ? [] : [ackMs]))
  }

  /** Where a person reads "The application did not respond". */
  get failed(): readonly Interaction[] {
    return [...this.interactions.all.values()].filter((one) => this.interactions.hasFailed(one))
  }

  /** The error codes that were answered so far. */
  get refusals(): readonly Answered[] {
    return this.answered.filter(({ status }) => status >= 400)
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  private get gatewayUrl(): string {
    return `ws://127.0.0.1:${this.port}/gateway`
  }

  private newToken(): string {
    const id = Buffer.from(this.world.applicationId).toString('base64url')
    return `${id}.${randomBytes(4).toString('base64url')}.${randomBytes(28).toString('base64url')}`
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.isUp) {
      request.socket.destroy()
      return
    }
    let line = `${request.method} ${request.url}`
    try {
      const asked = await readRequest(request)
      line = `${asked.method} ${asked.path}`
      const headers = this.limits.take(asked.method, asked.path)
      const answer = this.api.answer(asked)
      this.answered.push({ line, status: answer === undefined ? 204 : 200, code: null })
      send(response, answer === undefined ? 204 : 200, headers, answer)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.answered.push({ line, status: error.status, code: error.code })
      send(response, error.status, error.headers, error.body)
    }
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { ...headers, ...(text !== '' && { 'content-type': 'application/json' }) })
  response.end(text)
}
