import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { parseRouteId, routeIdOf, type Route, type RouteAccount, type SeenRoute } from '../../core/parts/route.js'
import { at, listOf, textAt, type Json, type JsonObject } from './json.js'
import type { CaddySettings } from './settings.js'

type Rendering = Pick<CaddySettings, 'streamCloseDelay'>

export function renderRoute(route: Route, settings: Rendering): JsonObject {
  const proxy = renderProxy(route, settings)
  return {
    '@id': routeIdOf(route),
    match: [{ host: [route.host] }],
    handle: route.accounts === null ? [proxy] : [{ handler: 'subroute', routes: guarded(route.accounts, proxy) }],
    terminal: true,
  }
}

/** What the route says; `altered` where that is not, to the letter, what we write. Null: not a route of ours. */
export function parseRoute(json: Json, settings: Rendering): SeenRoute | null {
  const id = textAt(json, '@id')
  const named = id === null ? null : parseRouteId(id)
  if (id === null || named === null) return null
  const route = readRoute(json, named)
  if (route !== null && isDeepStrictEqual(renderRoute(route, settings), json)) return { state: 'ours', route }
  return { state: 'altered', id, ...named, detail: 'changed by somebody else' }
}

const elsewhere = ['cross-site', 'same-site']
const frames = ['iframe', 'frame', 'embed', 'object', 'fencedframe']

/**
 * Browsers attach cached Basic Auth to what a neighbour's page asks for: nothing but a plain navigation may come from
 * another site, and not into a frame of it. Then every path asks for the password, and the upstream learns who it is
 * from us alone.
 */
function guarded(accounts: readonly RouteAccount[], proxy: JsonObject): readonly JsonObject[] {
  return [
    {
      match: [
        {
          header: { 'Sec-Fetch-Site': elsewhere },
          not: [{ header: { 'Sec-Fetch-Mode': ['navigate'] }, method: ['GET', 'HEAD'] }],
        },
        { header: { 'Sec-Fetch-Site': elsewhere, 'Sec-Fetch-Dest': frames } },
      ],
      handle: [{ handler: 'static_response', status_code: 403, body: 'Refused: this comes from another site.\n' }],
      terminal: true,
    },
    { handle: [authentication(accounts), proxy] },
  ]
}

function authentication(accounts: readonly RouteAccount[]): JsonObject {
  return {
    handler: 'authentication',
    providers: {
      http_basic: {
        accounts: accounts.map(({ user, hash }) => ({ username: user, password: hash })),
        hash: { algorithm: 'bcrypt' },
        hash_cache: {},
        realm: 'sandbox',
      },
    },
  }
}

function renderProxy(route: Route, settings: Rendering): JsonObject {
  const host = isIP(route.address) === 6 ? `[${route.address}]` : route.address
  return {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `${host}:${route.port}` }],
    stream_close_delay: settings.streamCloseDelay,
    transport: { protocol: 'http', dial_timeout: '2s' },
    // Caddy deletes after it sets; `set` replaces all copies that the client sent.
    ...(route.accounts === null
      ? {}
      : {
          headers: {
            request: {
              set: { 'X-Exedev-Userid': ['{http.auth.user.id}'], 'X-ExeDev-Email': ['{http.auth.user.id}'] },
              delete: ['Authorization'],
            },
          },
        }),
  }
}

function readRoute(json: Json, named: Pick<Route, 'sandbox' | 'kind'>): Route | null {
  const isAgent = named.kind === 'agent'
  const host = textAt(json, 'match', 0, 'host', 0)
  const handle = isAgent ? at(json, 'handle', 0, 'routes', 1, 'handle') : at(json, 'handle')
  const dial = textAt(handle, isAgent ? 1 : 0, 'upstreams', 0, 'dial')
  const target = dial === null ? null : /^\[?([^[\]]+?)\]?:(\d+)$/.exec(dial)
  if (host === null || target?.[1] === undefined) return null
  const accounts = isAgent ? readAccounts(at(handle, 0, 'providers', 'http_basic', 'accounts')) : null
  return { ...named, host, address: target[1], port: Number(target[2]), accounts }
}

function readAccounts(json: Json): readonly RouteAccount[] {
  return listOf(json).map((account) => ({
    user: textAt(account, 'username') ?? '',
    hash: textAt(account, 'password') ?? '',
  }))
}
