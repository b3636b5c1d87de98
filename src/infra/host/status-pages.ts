import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

export interface Page {
  readonly title: string
  readonly text: string
}

/**
 * Where Caddy's error route asks what to show; the visitor's host name comes in `X-Sandpiper-Host`. Always 503.
 * `address`: the path of a unix socket, or `127.0.0.1:7782`.
 */
export async function serveStatusPages(address: string, pageOf: (host: string) => Page): Promise<Server> {
  const isSocket = address.startsWith('/')
  if (isSocket) rmSync(address, { force: true })
  const server = createServer((request, response) => {
    const header = request.headers['x-sandpiper-host'] ?? request.headers.host ?? ''
    const host = (Array.isArray(header) ? header[0] : header)?.replace(/:\d+$/, '') ?? ''
    const page = pageOf(host)
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
