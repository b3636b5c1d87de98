import type { ServerResponse } from 'node:http'
import type { Entry, Journal } from './journal.js'
import { CHANNEL, isDirect, mayRead } from './people.js'
import { renderMessage } from './render.js'

const HEARTBEAT_MS = 20_000

/** Live messages as Server-Sent Events: first all that there are, then each as it is posted or edited. */
export class PageEvents {
  private readonly open = new Set<ServerResponse>()

  constructor(private readonly journal: Journal) {}

  serve(response: ServerResponse, user: string): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const past = this.journal.list().filter((entry) => onPage(entry) && mayRead(user, entry))
    send(response, 'reset', past.map(forPage))
    const unfollow = this.journal.follow((entry) => {
      if (onPage(entry) && mayRead(user, entry)) send(response, 'message', forPage(entry))
    })
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
    this.open.add(response)
    response.on('close', () => {
      clearInterval(heartbeat)
      unfollow()
      this.open.delete(response)
    })
  }

  close(): void {
    for (const response of this.open) response.end()
  }
}

function onPage(entry: Entry): boolean {
  return entry.place === CHANNEL || isDirect(entry.place)
}

function forPage(entry: Entry): { id: string; direct: boolean; html: string } {
  const direct = isDirect(entry.place)
  const only = !direct && entry.audience !== null
  const html = renderMessage(entry.message, { id: entry.id, postedAt: entry.postedAt, only })
  return { id: entry.id, direct, html }
}

function send(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}
