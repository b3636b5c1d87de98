import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ChatInput, CommandMenuEntry, Router } from '../../../bot/chat.js'
import type { ActionToken } from '../../../bot/message.js'
import { answersOf, ask, wordsOf, type Answer } from './ask.js'
import { Gate, isLoopback } from './gate.js'
import { HttpRefusal, readJson, sendJson, sendProblem, sendText, textOf } from './http.js'
import type { Journal } from './journal.js'
import { pageAsset, strangerHtml } from './page-assets.js'
import { PageEvents } from './page-events.js'
import { askerOf, CHANNEL, directPlace, type ConsoleIdentity, type People } from './people.js'

export interface PageAddress {
  readonly host: string
  readonly port: number
  readonly token: string
}

export interface PageContext {
  readonly router: Router
  readonly menu: readonly CommandMenuEntry[]
  readonly journal: Journal
  readonly people: People
  readonly banner: string
}

type Body = Readonly<Record<string, unknown>>

/** The chat page: one small HTTP server on loopback, behind the gate. */
export class PageServer {
  private readonly gate: Gate
  private readonly events: PageEvents
  private readonly server: Server

  constructor(
    private readonly address: PageAddress,
    private readonly context: PageContext,
  ) {
    if (!isLoopback(address.host)) throw new Error(`The page listens on loopback only, not on ${address.host}.`)
    this.gate = new Gate(address.token)
    this.events = new PageEvents(context.journal)
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((problem: unknown) => sendProblem(response, problem))
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.address.port, this.address.host, resolve)
    })
  }

  async stop(): Promise<void> {
    this.events.close()
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.gate.protect(response)
    this.gate.checkHost(request)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const token = url.searchParams.get('token')
    if (request.method === 'GET' && url.pathname === '/' && token !== null && this.gate.isToken(token)) {
      this.gate.letIn(response)
    } else if (request.method === 'POST') {
      this.gate.checkPost(request)
      if (!this.gate.hasCookie(request)) throw new HttpRefusal(401, 'Open the link that the terminal printed.')
      sendJson(response, 200, this.post(url.pathname, await readJson(request)))
    } else if (!this.gate.hasCookie(request)) {
      sendText(response, 401, 'text/html', strangerHtml)
    } else {
      this.get(url, response)
    }
  }

  private get(url: URL, response: ServerResponse): void {
    const asset = pageAsset(url.pathname)
    if (asset) {
      sendText(response, 200, asset.type, asset.text)
    } else if (url.pathname === '/state') {
      const { menu, banner, people } = this.context
      sendJson(response, 200, { menu, banner, mayChoose: people.mayChoose, identities: people.all })
    } else if (url.pathname === '/events') {
      this.events.serve(response, this.person(url.searchParams.get('identity') ?? undefined).user)
    } else if (url.pathname === '/complete') {
      const text = wordsOf(url.searchParams.get('text') ?? '')
      const body = { identity: url.searchParams.get('identity') ?? undefined }
      sendJson(response, 200, this.ask(body, { kind: 'complete', text }))
    } else {
      throw new HttpRefusal(404, 'There is nothing here.')
    }
  }

  private post(path: string, body: Body): Answer {
    if (path === '/input') return this.ask(body, { kind: 'words', text: wordsOf(textOf(body.text) ?? '') })
    if (path === '/press') return this.ask(body, { kind: 'press', token: (textOf(body.token) ?? '') as ActionToken })
    if (path !== '/form') throw new HttpRefusal(404, 'There is nothing here.')
    const answers = answersOf(body.answers)
    if (!answers) throw new HttpRefusal(400, 'That form is not one of ours.')
    return this.ask(body, { kind: 'form', token: (textOf(body.token) ?? '') as ActionToken, answers })
  }

  private ask(body: Body, input: ChatInput): Answer {
    const person = this.person(textOf(body.identity))
    const place = body.direct === true ? directPlace(person.user) : CHANNEL
    const key = textOf(body.key)
    const eventKey = `page-${key !== undefined && /^[\w-]{8,64}$/.test(key) ? key : randomUUID()}`
    return ask(this.context.router, this.context.journal, askerOf(person, place), eventKey, input)
  }

  private person(user: string | undefined): ConsoleIdentity {
    const person = this.context.people.find(user)
    if (!person) throw new HttpRefusal(403, 'That identity is not one of this page.')
    return person
  }
}
