import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Guest {
  readonly name: string
  readonly address: string
  /** Reads a file of the instance; null when it is not there. */
  readonly read: (path: string) => Buffer | null
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark)

const kinds: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  txt: 'text/plain; charset=utf-8',
}

/** What a sandbox's app answers: a file of its own if it has one, else a page that says what it is. */
export function answerApp(guest: Guest, request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request)
  const file =
    guest.read(`/home/exedev/www${path}`) ?? guest.read(`/home/exedev/www${path.replace(/\/$/, '')}/index.html`)
  if (file !== null) {
    const kind = path.endsWith('/') ? 'html' : (path.split('.').at(-1) ?? '')
    response.writeHead(200, { 'Content-Type': kinds[kind] ?? 'application/octet-stream' })
    response.end(file)
    return
  }
  if (path === '/echo') return echo(guest, request, response)
  page(guest, 'app', 'Put files into /home/exedev/www and they are served here.', response)
}

/** The stand-in for the coding agent. */
export function answerAgent(guest: Guest, request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request)
  if (path === '/echo') return echo(guest, request, response)
  if (path === '/version')
    return json(response, { version: '0.0.0', tag: 'v0.0.0', commit: 'simulated', simulated: true })
  page(guest, 'simulated agent', 'A real sandbox has its coding agent here.', response)
}

function page(guest: Guest, title: string, hint: string, response: ServerResponse): void {
  const name = escape(guest.name)
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name} – ${title}</title>
<style>body{font:17px/1.6 system-ui,sans-serif;max-width:36rem;margin:18vh auto;padding:0 1.5rem;color:#243;background:#fbfaf6}
code{background:#eee8da;padding:.1em .35em;border-radius:.3em}small{color:#786}</style>
<h1>${name}</h1>
<p>This is the ${title} of sandbox <code>${name}</code>. It is running at <code>${escape(guest.address)}</code>.</p>
<p>${hint}</p>
<p><small>Simulated: no container is behind this page. <a href="/echo">/echo</a> shows your request.</small></p>
</html>
`)
}

function echo(guest: Guest, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request
  json(response, { instance: guest.name, simulated: true, method, path: url, headers })
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}

function pathOf(request: IncomingMessage): string {
  try {
    return decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/')
  } catch {
    return '/'
  }
}
