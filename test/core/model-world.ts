import type { WantedAgent } from '../../src/core/parts/agent.js'
import type { SeenInstance } from '../../src/core/parts/instance.js'
import type { SeenPipe } from '../../src/core/parts/pipe.js'
import type { Change } from '../../src/core/parts/plan.js'
import type { Seen } from '../../src/core/parts/plan-sandbox.js'
import { parseRouteId, routeIdOf, type SeenRoute } from '../../src/core/parts/route.js'

/** The smallest world that changes can be applied to: what each change promises, and nothing else. */
export class ModelWorld {
  readonly instances = new Map<string, SeenInstance>()
  readonly pipes = new Map<string, SeenPipe>()
  readonly routes = new Map<string, SeenRoute>()
  private starts = 0

  seen(): Seen {
    return {
      instances: new Map(this.instances),
      pipes: new Map(this.pipes),
      routes: {
        server: { state: 'right' },
        routes: new Map(this.routes),
        domainRoutes: this.domainRoutes(),
        foreignHosts: new Set(),
      },
    }
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'instance.create':
        this.put(change.wanted.name, { ...instanceOf(change.wanted), power: 'stopped', mappingKey: null })
        return
      case 'instance.reconfigure':
        this.put(change.wanted.name, { ...this.get(change.wanted.name), ...configOf(change.wanted) })
        return
      case 'instance.prepare':
      case 'instance.authorize':
        this.put(change.wanted.name, { ...this.get(change.wanted.name), mappingKey: change.wanted.mappingKey })
        return
      case 'instance.start':
      case 'instance.restart':
        this.starts += 1
        this.put(change.name, { ...this.get(change.name), power: 'running', lastUsedAt: `start ${this.starts}` })
        return
      case 'instance.stop':
        this.put(change.name, { ...this.get(change.name), power: 'stopped' })
        return
      case 'instance.delete':
        this.instances.delete(change.name)
        return
      case 'agent.install':
        this.setAgent(change.wanted, change.wanted.version ?? 'newest')
        return
      case 'agent.configure':
      case 'agent.restore':
        this.setAgent(change.wanted, change.version)
        return
      case 'agent.update':
        this.setAgent(change.wanted, change.to)
        return
      case 'pipe.write':
        this.pipes.set(change.wanted.name, { owner: 'ours', pipe: change.wanted })
        return
      case 'pipe.remove':
        this.pipes.delete(change.name)
        return
      case 'route.add':
      case 'route.change':
        this.routes.set(routeIdOf(change.wanted), { state: 'ours', route: change.wanted })
        return
      case 'route.remove':
        this.routes.delete(change.id)
        return
      case 'server.repair':
        return
      case 'record.write':
      case 'record.remove':
        throw new Error('record sets are planned for all, not for one sandbox')
    }
  }

  private domainRoutes(): Map<string, string[]> {
    const all = new Map<string, string[]>()
    for (const id of this.routes.keys()) {
      const { sandbox = '', kind } = parseRouteId(id) ?? {}
      if (kind === 'domain') all.set(sandbox, [...(all.get(sandbox) ?? []), id])
    }
    return all
  }

  private setAgent({ instance, address, port }: WantedAgent, version: string): void {
    this.put(instance, { ...this.get(instance), agent: { version, address, port, towards: null } })
  }

  private get(name: string): SeenInstance {
    const instance = this.instances.get(name)
    if (instance === undefined) throw new Error(`no instance ${name}: a change came in the wrong order`)
    return instance
  }

  private put(name: string, instance: SeenInstance): void {
    this.instances.set(name, instance)
  }
}

type Wanted = Extract<Change, { kind: 'instance.create' }>['wanted']

function configOf(
  wanted: Wanted,
): Pick<SeenInstance, 'limits' | 'nesting' | 'ipv4' | 'ipv6' | 'sandboxName' | 'nicIsOurs'> {
  return {
    limits: wanted.limits,
    nesting: wanted.nesting,
    ipv4: wanted.ipv4,
    ipv6: wanted.ipv6,
    sandboxName: wanted.sandboxName,
    nicIsOurs: true,
  }
}

export function instanceOf(wanted: Wanted): SeenInstance {
  return {
    name: wanted.name,
    sandbox: wanted.sandbox,
    power: 'running',
    lastUsedAt: 'start 0',
    mappingKey: wanted.mappingKey,
    agent: null,
    ...configOf(wanted),
  }
}
