import { Agent as PlainAgent, request as plain } from 'node:http'
import { Agent as SecureAgent, request as secure } from 'node:https'
import type { TestHost } from './engine.js'

export interface Visit {
  readonly status: number
  /** Of a page; '' where there is none. */
  readonly title: string
  readonly body: string
}

export interface VisitOptions {
  readonly login?: { readonly user: string; readonly password: string }
  /** Keeps connections; without one each visit has its own. */
  readonly agent?: PlainAgent | SecureAgent
  readonly path?: string
  /** The JSON body of a POST; without it, it is a GET. */
  readonly post?: string
}

/** What a browser gets at this host name, through the host's Caddy. */
export async function visit(
  host: Pick<TestHost, 'listen' | 'tls'>,
  name: string,
  { login, agent, path = '/', post }: VisitOptions = {},
): Promise<Visit> {
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(host.listen) ?? []
  const auth = login === undefined ? {} : { auth: `${login.user}:${login.password}` }
  const options = {
    host: address,
    port,
    path,
    method: post === undefined ? 'GET' : 'POST',
    headers: { host: name },
    agent: agent ?? false,
    timeout: 10_000,
    ...auth,
  }
  return new Promise((resolve, reject) => {
    const send =
      host.tls === 'off' ? plain(options) : secure({ ...options, servername: name, rejectUnauthorized: false })
    send.on('error', reject)
    send.on('timeout', () => send.destroy(new Error('no answer in time')))
    send.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('error', reject)
      response.on('end', () => {
        const title = /<title>(.*)<\/title>/.exec(body)?.[1] ?? ''
        resolve({ status: response.statusCode ?? 0, title, body })
      })
    })
    send.end(post)
  })
}

export function keepingConnections(host: TestHost): PlainAgent | SecureAgent {
  return host.tls === 'off' ? new PlainAgent({ keepAlive: true }) : new SecureAgent({ keepAlive: true })
}

/** Asks again until it answers so: a guest's services come up a moment after its start. */
export async function visitUntil(status: number, look: () => Promise<Visit>): Promise<Visit> {
  const end = Date.now() + 20_000
  for (;;) {
    const seen = await look().catch((error: Error) => ({ status: 0, title: '', body: error.message }))
    if (seen.status === status || Date.now() > end) return seen
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
