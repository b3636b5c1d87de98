import { rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'

export interface Page {
  readonly title: string
  readonly text: string
}

/** What Caddy asks us. */
export interface CaddyAnswers {
  /** What to show for a host name behind which nothing answers. */
  pageOf(host: string): Page
  /** Whether a certificate may be obtained for a host name. */
  mayHaveCertificate(host: string): Promise<boolean>
}

/**
 * Where Caddy's error route asks what to show; the visitor's host name comes in `X-Sandpiper-Host`. Always 503. And
 * where it asks at `askPath?domain=…` before it gets a certificate: 200, or 403 for no.
 * `address`: the path of a unix socket, or `127.0.0.1:7782`.
 */
export async function serveCaddy(address: string, askPath: string, answers: CaddyAnswers): Promise<Server> {
  const isSocket = address.startsWith('/')
  if (isSocket) rmSync(address, { force: true })
  const server = createServer((request, response) => {
    const [path, query] = (request.url ?? '/').split('?')
    const domain = new URLSearchParams(query).get('domain') ?? ''
    if (path === askPath) return void answerAsk(response, answers.mayHaveCertificate(domain))
    const header = request.headers['x-sandpiper-host'] ?? request.headers.host ?? ''
    const host = (Array.isArray(header) ? header[0] : header)?.replace(/:\d+$/, '') ?? ''
    const page = answers.pageOf(host)
    response.writeHead(503, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '5',
      refresh: '5',
    })
    response.end(html(page))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (isSocket) server.listen(address, resolve)
    else server.listen(Number(address.slice(address.lastIndexOf(':') + 1)), hostOf(address), resolve)
  })
  return server
}

async function answerAsk(response: ServerResponse, allowed: Promise<boolean>): Promise<void> {
  response.writeHead((await allowed.catch(() => false)) ? 200 : 403).end()
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
}

function html({ title, text }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem; }
</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
