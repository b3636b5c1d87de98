import { awaitedOf, hostsOf, type HostName } from '../hosts.js'
import { addressOf, type Sandbox, type SandboxId } from '../sandbox.js'
import type { Finding, Plan } from './plan.js'

/** `domain`: the app at a domain that was added. */
export type RouteKind = 'app' | 'agent' | 'domain'

export interface RouteAccount {
  readonly user: string
  /** bcrypt */
  readonly hash: string
}

/** What Caddy serves for one host name of a sandbox. */
export interface Route {
  readonly sandbox: SandboxId
  readonly kind: RouteKind
  readonly host: string
  readonly address: string
  readonly port: number
  /** Who may pass, sorted by user; null where all may: the agent's alone is closed. Never empty: no account, no agent route. */
  readonly accounts: readonly RouteAccount[] | null
}

/** A route of ours in Caddy's config. `altered`: it carries our id and is not what we write for any route. */
export type SeenRoute =
  | { readonly state: 'ours'; readonly route: Route }
  | {
      readonly state: 'altered'
      readonly id: string
      readonly sandbox: SandboxId
      readonly kind: RouteKind
      readonly detail: string
    }

/** Caddy's whole server, as one GET shows it. */
export interface SeenRoutes {
  /** Listeners, TLS, logging, error pages: all but the routes. A reason where it is not as wanted. */
  readonly server: { readonly state: 'right' } | { readonly state: 'wrong'; readonly detail: string }
  /** By id, `routeIdOf()`. */
  readonly routes: ReadonlyMap<string, SeenRoute>
  /** The ids of the routes of kind `domain`, by sandbox: one that is not wanted any more is named nowhere else. */
  readonly domainRoutes: ReadonlyMap<SandboxId, readonly string[]>
  /** Host names that routes without our id match, anywhere in Caddy's config. */
  readonly foreignHosts: ReadonlySet<string>
}

export type RouteChange =
  | { readonly kind: 'route.add'; readonly wanted: Route }
  | { readonly kind: 'route.change'; readonly wanted: Route; readonly detail: string }
  | { readonly kind: 'route.remove'; readonly id: string; readonly sandbox: SandboxId; readonly host: string | null }
  /** Listeners, TLS, logging, error pages. */
  | { readonly kind: 'server.repair'; readonly detail: string }

/** For tests that go through every kind. @public */
export const routeChangeKinds = [
  'route.add',
  'route.change',
  'route.remove',
  'server.repair',
] as const satisfies readonly RouteChange['kind'][]

/** Self-describing, so that a route which Caddy brings back from its autosave is recognised. */
export function routeId(sandbox: SandboxId, kind: Exclude<RouteKind, 'domain'>): string {
  return `sandpiper:${sandbox}:${kind}`
}

export function routeIdOf({ sandbox, kind, host }: Pick<Route, 'sandbox' | 'kind' | 'host'>): string {
  return kind === 'domain' ? `sandpiper:${sandbox}:domain:${host}` : routeId(sandbox, kind)
}

export function parseRouteId(id: string): { sandbox: SandboxId; kind: RouteKind } | null {
  const [prefix, sandbox, kind, host, ...rest] = id.split(':')
  if (prefix !== 'sandpiper' || !sandbox || rest.length > 0) return null
  if (kind === 'domain') return host ? { sandbox, kind } : null
  return (kind === 'app' || kind === 'agent') && host === undefined ? { sandbox, kind } : null
}

export interface RouteSettings {
  readonly agentPort: number
}

/**
 * One for each host name. A name that is awaited has none, nor has the agent without an agent and a password hash (fail
 * closed); a tombstone has no routes, a lost sandbox keeps its pages.
 */
export function wantedRoutes(sandbox: Sandbox, settings: RouteSettings): readonly Route[] {
  if (sandbox.phase === 'deleting') return []
  const awaited = awaitedOf(sandbox)
  const accounts = sandbox.spec.accounts
    .flatMap(({ user, hash }) => (hash === null ? [] : [{ user, hash }]))
    .sort((a, b) => (a.user < b.user ? -1 : 1))
  const at = { sandbox: sandbox.id, address: addressOf(sandbox) }
  return hostsOf(sandbox).flatMap((name): Route[] => {
    const { host } = name
    if (awaited.includes(host)) return []
    const kind = kindOf(name)
    if (kind !== 'agent') return [{ ...at, kind, host, port: sandbox.spec.appPort, accounts: null }]
    const isClosed = accounts.length === 0 || sandbox.spec.agent.kind === 'none'
    return isClosed ? [] : [{ ...at, kind, host, port: settings.agentPort, accounts }]
  })
}

function kindOf({ serves, added }: HostName): RouteKind {
  return added ? 'domain' : serves
}

/**
 *  wanted | seen                        | plan
 *  -------+-----------------------------+------------------
 *  no     | ours (of this sandbox)      | remove
 *  yes    | none, host name free        | add
 *  yes    | none, host name foreign     | finding: conflict
 *  yes    | ours, the same              | nothing
 *  yes    | ours, different or altered  | change
 */
export function planRoutes(sandbox: Sandbox, wanted: readonly Route[], seen: SeenRoutes): Plan {
  const changes: RouteChange[] = []
  const findings: Finding[] = []
  const wantedById = new Map(wanted.map((route) => [routeIdOf(route), route]))
  const main = [routeId(sandbox.id, 'app'), routeId(sandbox.id, 'agent')]
  for (const id of new Set([...main, ...wantedById.keys(), ...(seen.domainRoutes.get(sandbox.id) ?? [])])) {
    const want = wantedById.get(id)
    const there = seen.routes.get(id)
    if (want === undefined) {
      if (there !== undefined) changes.push({ kind: 'route.remove', id, sandbox: sandbox.id, host: hostOf(there) })
    } else if (seen.foreignHosts.has(want.host)) {
      const detail = 'a route of this host name is there and is not ours'
      findings.push({ finding: 'conflict', part: 'route', subject: want.host, sandbox: sandbox.id, detail })
    } else if (there === undefined) {
      changes.push({ kind: 'route.add', wanted: want })
    } else {
      const detail = difference(want, there)
      if (detail !== null) changes.push({ kind: 'route.change', wanted: want, detail })
    }
  }
  return { changes, findings }
}

function hostOf(seen: SeenRoute): string | null {
  return seen.state === 'ours' ? seen.route.host : null
}

function difference(wanted: Route, seen: SeenRoute): string | null {
  if (seen.state === 'altered') return seen.detail
  const { route } = seen
  if (route.host !== wanted.host) return `host name ${route.host} → ${wanted.host}`
  if (route.address !== wanted.address) return `address ${route.address} → ${wanted.address}`
  if (route.port !== wanted.port) return `port ${route.port} → ${wanted.port}`
  if (JSON.stringify(route.accounts) !== JSON.stringify(wanted.accounts)) return 'accounts differ'
  return null
}
