import { isDeepStrictEqual } from 'node:util'
import { InfraError } from '../../core/errors.js'
import { routeIdOf, type RouteChange, type SeenRoutes } from '../../core/parts/route.js'
import type { RouteKeeper } from '../../core/ports.js'
import { CaddyRefusal, type CaddyClient } from './client.js'
import { mergeConfig, ourRoutes, readConfig, routesPath } from './whole-config.js'
import { Gathering } from './gathering.js'
import { at, type Json, type JsonObject } from './json.js'
import { renderRoute } from './route-json.js'
import { factsAtFirst, type CaddyFacts, type CaddySettings } from './settings.js'
import { demandValid } from './valid-route.js'

const tries = 3

interface Document {
  readonly etag: string | null
  readonly config: Json
}

/** Keeps Caddy's config. Every write reloads Caddy and hurts all host names a little: hence the fewest, and never two. */
export class CaddyKeeper implements RouteKeeper {
  private readonly gathering = new Gathering<RouteChange>((callers) => this.writeTogether(callers))
  private facts = factsAtFirst
  private last: (Document & { readonly seen: SeenRoutes }) | null = null

  constructor(
    private readonly client: CaddyClient,
    private readonly settings: CaddySettings,
  ) {}

  /** Let a write wait, at most so long, while changes are known to come: routes whose password is being hashed. */
  lingerWhile(pending: () => boolean, maxMs: number): void {
    this.gathering.lingerWhile(pending, maxMs)
  }

  /** DNS was seen to bring everything below the base here: from now on certificates need not wait for a visitor. */
  baseIsRight(): void {
    this.learn({ isBaseRight: true })
  }

  async observe(signal: AbortSignal): Promise<SeenRoutes> {
    return (await this.look(signal)).seen
  }

  async apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<void> {
    for (const change of changes) if ('wanted' in change) demandValid(change.wanted)
    if (changes.length > 0) await this.gathering.add(changes, signal)
  }

  /** Where Caddy refuses all together, one of them is to blame: then each alone, so that it does not stop the others. */
  private async writeTogether(callers: readonly (readonly RouteChange[])[]): Promise<readonly unknown[]> {
    try {
      await this.write(callers.flat())
      return callers.map(() => undefined)
    } catch (error) {
      if (!(error instanceof CaddyRefusal) || callers.length === 1) return callers.map(() => error)
    }
    const errors: unknown[] = []
    for (const changes of callers) {
      errors.push(
        await this.write(changes).then(
          () => undefined,
          (error: unknown) => error,
        ),
      )
    }
    return errors
  }

  private async write(changes: readonly RouteChange[]): Promise<void> {
    try {
      await this.writeOnce(changes)
    } catch (error) {
      if (!(error instanceof CaddyRefusal) || !/unknown field \\?"permission/.test(error.message)) throw error
      this.learn({ knowsPermission: false })
      await this.writeOnce(changes)
    }
  }

  private async writeOnce(changes: readonly RouteChange[]): Promise<void> {
    for (let tried = 0; ; tried++) {
      const { config, etag } = await this.look()
      const wanted = mergeConfig(config, this.settings, this.facts, this.changed(config, changes))
      if (isDeepStrictEqual(wanted, config)) return
      if (tried === tries) throw new InfraError('caddy', 'later', `caddy: the config changed under ${tries} writes`)
      if ((await this.send(config, wanted, etag)) === 'written') return
    }
  }

  private changed(config: Json, changes: readonly RouteChange[]): ReadonlyMap<string, Json> {
    const routes = new Map(ourRoutes(config, this.settings))
    for (const change of changes) {
      if (change.kind === 'route.remove') routes.delete(change.id)
      else if (change.kind !== 'server.repair') {
        const { wanted } = change
        routes.set(routeIdOf(wanted), renderRoute(wanted, this.settings))
      }
    }
    return routes
  }

  /** The Etag of the whole serves for a part too. */
  private send(config: Json, wanted: JsonObject, etag: string | null): ReturnType<CaddyClient['write']> {
    const path = routesPath(this.settings)
    const routes = at(wanted, ...path)
    const onlyRoutes = Array.isArray(at(config, ...path)) && isDeepStrictEqual(withRoutes(config, path, routes), wanted)
    return onlyRoutes
      ? this.client.write('PATCH', `/config/${path.join('/')}`, routes, etag)
      : this.client.write('POST', '/config/', wanted, etag)
  }

  private learn(facts: Partial<CaddyFacts>): void {
    this.facts = { ...this.facts, ...facts }
    this.last = null
  }

  private async look(signal?: AbortSignal): Promise<Document & { readonly seen: SeenRoutes }> {
    const { text, etag } = await this.client.read('/config/', signal)
    if (this.last !== null && etag !== null && this.last.etag === etag) return this.last
    const config = parse(text)
    this.last = { etag, config, seen: readConfig(config, this.settings, this.facts) }
    return this.last
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new InfraError('caddy', 'later', 'caddy: GET /config/ answered something that is not JSON', { cause })
  }
}

function withRoutes(config: Json, [step, ...rest]: readonly string[], routes: Json): Json {
  if (step === undefined) return routes
  return { ...(config as JsonObject), [step]: withRoutes(at(config, step), rest, routes) }
}
