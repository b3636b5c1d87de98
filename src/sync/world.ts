import type {
  AgentKeeper,
  Clock,
  DnsLook,
  InstanceKeeper,
  Keyring,
  Names,
  PipeKeeper,
  RouteKeeper,
} from '../core/ports.js'
import type { Seen } from '../core/parts/plan-sandbox.js'

/** Sees whether sshd in an instance shows its banner. */
export interface SshProbe {
  answers(address: string, port: number, signal: AbortSignal): Promise<boolean>
}

/** Everything outside that the loop looks at and changes. */
export interface World {
  readonly instances: InstanceKeeper
  readonly agents: AgentKeeper
  readonly pipes: PipeKeeper
  readonly routes: RouteKeeper
  readonly keyring: Keyring
  readonly ssh: SshProbe
  readonly dns: DnsLook
  readonly clock: Clock
}

/** One look: two requests and the pipe files, however many names. */
export async function look(world: World, instances: Names, pipes: Names, signal: AbortSignal): Promise<Seen> {
  const [seenInstances, seenPipes, routes] = await Promise.all([
    world.instances.observe(instances, signal),
    world.pipes.observe(pipes),
    world.routes.observe(signal),
  ])
  return { instances: seenInstances, pipes: seenPipes, routes }
}
