import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Log } from '../../../bot/ports.js'
import { HttpRefusal, readJson, sendJson, sendProblem, textOf } from './http.js'
import { saySession, type SayContext, type SayLine } from './say-session.js'
import { listenOnSocket } from './socket-file.js'

type Body = Readonly<Record<string, unknown>>

/** What else the daemon answers on its control socket, by path. */
export type ControlEndpoints = Readonly<Record<string, (body: Body) => Promise<unknown>>>

/** HTTP over a unix socket that only the daemon's own user reaches: `sandpiper say` and its kin. */
export class ControlServer {
  private readonly server: Server

  constructor(
    private readonly path: string,
    private readonly context: SayContext,
    private readonly endpoints: ControlEndpoints,
    private readonly log: Log,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((problem: unknown) => {
        if (!(problem instanceof HttpRefusal)) log('the control socket failed', { path: request.url, error: problem })
        sendProblem(response, problem)
      })
    })
  }

  async start(): Promise<void> {
    await listenOnSocket(this.server, this.path)
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    if (request.method !== 'POST') throw new HttpRefusal(405, 'The control socket takes POST only.')
    const body = await readJson(request)
    if (path === '/say') return this.say(body, response)
    const endpoint = Object.hasOwn(this.endpoints, path) ? this.endpoints[path] : undefined
    if (!endpoint) throw new HttpRefusal(404, `The control socket has no ${path}.`)
    sendJson(response, 200, (await endpoint(body)) ?? null)
  }

  private async say(body: Body, response: ServerResponse): Promise<void> {
    const words = Array.isArray(body.words) ? body.words.filter((word) => typeof word === 'string') : []
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
    response.flushHeaders()
    const write = (line: SayLine) => {
      if (!response.writableEnded && !response.destroyed) response.write(`${JSON.stringify(line)}\n`)
    }
    try {
      await saySession(this.context, { as: textOf(body.as), words, yes: body.yes === true }, write)
    } catch (error) {
      this.log('a say session failed', { error })
      write({ end: 'failed', text: 'That did not work, and it is not your fault.' })
    }
    response.end()
  }
}
