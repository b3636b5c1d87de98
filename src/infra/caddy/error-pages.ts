import type { JsonObject } from './json.js'
import type { CaddySettings } from './settings.js'

const page = `<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>Not answering</title>
<body style="font: 1rem/1.5 system-ui; max-width: 32rem; margin: 20vh auto; padding: 0 1rem">
<h1>This sandbox does not answer</h1>
<p>It may be starting, or stopped. This page looks again every five seconds.</p>
`

/**
 * Configured once for all sandboxes, so that starting and stopping one writes nothing: the daemon says what a sandbox
 * that does not answer is doing, and a fixed page stands in where the daemon is away.
 */
export function renderErrorPages(settings: Pick<CaddySettings, 'pages'>): JsonObject {
  const fixed = {
    handler: 'static_response',
    status_code: 503,
    headers: { 'Content-Type': ['text/html; charset=utf-8'], 'Cache-Control': ['no-store'], 'Retry-After': ['5'] },
    body: page,
  }
  const handle =
    settings.pages === null
      ? fixed
      : {
          handler: 'subroute',
          routes: [{ handle: [daemonPage(settings.pages)] }],
          errors: { routes: [{ handle: [fixed] }] },
        }
  return {
    routes: [
      { match: [{ vars: { '{http.error.status_code}': ['502', '503', '504'] } }], handle: [handle], terminal: true },
    ],
  }
}

function daemonPage(address: string): JsonObject {
  const url = address.startsWith('/') ? null : new URL(address)
  return {
    handler: 'reverse_proxy',
    upstreams: [{ dial: url === null ? `unix/${address}` : `${url.hostname}:${url.port === '' ? 80 : url.port}` }],
    // The question mark drops the visitor's query.
    rewrite: { method: 'GET', uri: `${url?.pathname ?? '/'}?` },
    transport: { protocol: 'http', dial_timeout: '1s' },
    headers: {
      request: {
        set: { 'X-Sandpiper-Host': ['{http.request.host}'] },
        delete: ['Authorization', 'Cookie', 'X-ExeDev-Email', 'X-Exedev-Userid'],
      },
    },
  }
}
