import { addressOf, type Sandbox, type SandboxId } from '../sandbox.js'
import type { Finding, Plan } from './plan.js'

export type RouteKind = 'app' | 'agent'

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
  /** Who may pass, sorted by user; null on the app's route, which is public. Never empty: no account, no agent route. */
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
  /** By id, `routeId()`. */
  readonly routes: ReadonlyMap<string, SeenRoute>
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
export function routeId(sandbox: SandboxId, kind: RouteKind): string {
  return `sandpiper:${sandbox}:${kind}`
}

export function parseRouteId(id: string): { sandbox: SandboxId; kind: RouteKind } | null {
  const [prefix, sandbox, kind, ...rest] = id.split(':')
  if (prefix !== 'sandpiper' || !sandbox || rest.length > 0) return null
  return kind === 'app' || kind === 'agent' ? { sandbox, kind } : null
}

export interface RouteSettings {
  readonly agentPort: number
}

/** The agent's route needs a password hash (fail closed); a tombstone has no routes, a lost sandbox keeps its pages. */
export function wantedRoutes(sandbox: Sandbox, settings: RouteSettings): readonly Route[] {
  if (sandbox.phase === 'deleting') return []
  const app: Route = {
    sandbox: sandbox.id,
    kind: 'app',
    host: sandbox.host,
    address: addressOf(sandbox),
    port: sandbox.spec.appPort,
    accounts: null,
  }
  const accounts = sandbox.spec.accounts
    .flatMap(({ user, hash }) => (hash === null ? [] : [{ user, hash }]))
    .sort((a, b) => (a.user < b.user ? -1 : 1))
  if (accounts.length === 0) return [app]
  return [app, { ...app, kind: 'agent', host: sandbox.agentHost, port: settings.agentPort, accounts }]
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
  for (const kind of ['app', 'agent'] as const) {
    const id = routeId(sandbox.id, kind)
    const want = wanted.find((route) => route.kind === kind)
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
