import { isDeepStrictEqual } from 'node:util'
import { parseRouteId, type SeenRoute, type SeenRoutes } from '../../core/parts/route.js'
import type { SandboxId } from '../../core/sandbox.js'
import { renderErrorPages } from './error-pages.js'
import { at, isObject, listOf, objectOf, textAt, type Json, type JsonObject } from './json.js'
import { parseRoute } from './route-json.js'
import type { CaddyFacts, CaddySettings } from './settings.js'
import { automaticHttps, mergeTls } from './tls-json.js'

function ourIdOf(route: Json): string | null {
  const id = textAt(route, '@id')
  return id !== null && parseRouteId(id) !== null ? id : null
}

export const routesPath = (settings: CaddySettings): readonly string[] => [
  'apps',
  'http',
  'servers',
  settings.server,
  'routes',
]

/** Our routes as they are there, altered or not. */
export function ourRoutes(config: Json, settings: CaddySettings): ReadonlyMap<string, Json> {
  const ours = new Map<string, Json>()
  for (const route of listOf(at(config, ...routesPath(settings)))) {
    const id = ourIdOf(route)
    if (id !== null) ours.set(id, route)
  }
  return ours
}

/** The whole document with these routes of ours, made from nothing if need be. What is not ours stays. */
export function mergeConfig(
  seen: Json,
  settings: CaddySettings,
  facts: CaddyFacts,
  ours: ReadonlyMap<string, Json>,
): JsonObject {
  const root = objectOf(seen)
  const apps = objectOf(root['apps'])
  const http = objectOf(apps['http'])
  const servers = Object.entries(objectOf(http['servers'])).filter(([name]) => name !== settings.server)
  const sorted = [...ours.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, route]) => route)
  const foreign = listOf(at(seen, ...routesPath(settings))).filter((route) => ourIdOf(route) === null)
  const server = mergeServer(at(http, 'servers', settings.server), settings, [...sorted, ...foreign])
  const admin = root['admin'] ?? (settings.adminListen === null ? undefined : { listen: settings.adminListen })
  return {
    ...root,
    ...(admin === undefined ? {} : { admin }),
    apps: {
      ...apps,
      ...mergeTls(apps, settings, facts, sorted.flatMap(hostsOf).sort()),
      http: { ...http, servers: { ...Object.fromEntries(servers.map(withoutOurs)), [settings.server]: server } },
    },
  }
}

/** The document in the domain's words. */
export function readConfig(seen: Json, settings: CaddySettings, facts: CaddyFacts): SeenRoutes {
  const routes = new Map<string, SeenRoute>()
  const domainRoutes = new Map<SandboxId, string[]>()
  for (const [id, json] of ourRoutes(seen, settings)) {
    const route = parseRoute(json, settings)
    if (route === null) continue
    routes.set(id, route)
    const { sandbox, kind } = route.state === 'ours' ? route.route : route
    if (kind === 'domain') domainRoutes.set(sandbox, [...(domainRoutes.get(sandbox) ?? []), id])
  }
  const servers = Object.values(objectOf(at(seen, 'apps', 'http', 'servers')))
  const foreign = servers.flatMap((server) => listOf(at(server, 'routes'))).filter((route) => ourIdOf(route) === null)
  const detail = serverFault(seen, settings, facts)
  return {
    server: detail === null ? { state: 'right' } : { state: 'wrong', detail },
    routes,
    domainRoutes,
    foreignHosts: new Set(foreign.flatMap(hostsOf)),
  }
}

function serverFault(seen: Json, settings: CaddySettings, facts: CaddyFacts): string | null {
  const path = routesPath(settings).slice(0, -1)
  if (!isObject(at(seen, ...path))) return 'missing'
  const wanted = mergeConfig(seen, settings, facts, ourRoutes(seen, settings))
  if (isDeepStrictEqual(wanted, seen)) return null
  const differs = (...keys: readonly string[]) => !isDeepStrictEqual(at(wanted, ...keys), at(seen, ...keys))
  const parts = [
    differs(...path, 'listen') && 'listeners',
    differs(...path, 'automatic_https') && 'automatic HTTPS',
    (differs('apps', 'tls') || differs('apps', 'pki')) && 'TLS',
    differs(...path, 'errors') && 'error pages',
    differs(...path, 'logs') && 'access log',
    differs(...path, 'routes') && 'order of routes',
    differs('admin') && 'admin address',
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'routes of ours in another server' : `${parts.join(', ')} differ`
}

function mergeServer(seen: Json, settings: CaddySettings, routes: readonly Json[]): JsonObject {
  const { automatic_https: _replaced, ...kept } = objectOf(seen)
  const https = automaticHttps(settings)
  return {
    ...kept,
    listen: settings.listen,
    routes,
    errors: renderErrorPages(settings),
    ...(settings.accessLog ? { logs: objectOf(kept['logs']) } : {}),
    ...(https === undefined ? {} : { automatic_https: https }),
  }
}

function withoutOurs([name, server]: readonly [string, Json]): readonly [string, Json] {
  const routes = listOf(at(server, 'routes'))
  if (!routes.some((route) => ourIdOf(route) !== null)) return [name, server]
  return [name, { ...objectOf(server), routes: routes.filter((route) => ourIdOf(route) === null) }]
}

/** Also those of routes within the route. */
function hostsOf(route: Json): readonly string[] {
  const own = listOf(at(route, 'match')).flatMap((match) => listOf(at(match, 'host')))
  const inner = listOf(at(route, 'handle')).flatMap((handler) => listOf(at(handler, 'routes')))
  return [...own.filter((host) => typeof host === 'string'), ...inner.flatMap(hostsOf)]
}
