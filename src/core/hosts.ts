import type { DnsKeeping, Sandbox } from './sandbox.js'
import type { State } from './state.js'

/** One name at which a sandbox is reached. */
export interface HostName {
  readonly host: string
  readonly serves: 'app' | 'agent'
  readonly dns: DnsKeeping
  /** Added later to those that the sandbox was created with. */
  readonly added: boolean
}

/** Every host name of a sandbox, its main one first. */
export function hostsOf({ host, agentHost, spec }: Pick<Sandbox, 'host' | 'agentHost' | 'spec'>): readonly HostName[] {
  return [
    { host, serves: 'app', dns: spec.dns, added: false },
    { host: agentHost, serves: 'agent', dns: spec.dns, added: false },
    ...spec.domains.map((domain): HostName => ({ ...domain, serves: 'app', added: true })),
  ]
}

/** Those of its host names that wait for DNS. */
export function awaitedOf(sandbox: Pick<Sandbox, 'host' | 'agentHost' | 'spec' | 'awaited'>): readonly string[] {
  if (sandbox.awaited.length === 0) return []
  const hosts = hostsOf(sandbox).map(({ host }) => host)
  return hosts.filter((host) => sandbox.awaited.includes(host))
}

/** What a host name leads to, whoever's sandbox it is. */
export function servedAt(
  host: string,
  sandboxes: readonly Sandbox[],
): { readonly sandbox: Sandbox; readonly name: HostName } | undefined {
  for (const sandbox of sandboxes) {
    const name = hostsOf(sandbox).find((one) => one.host === host)
    if (name !== undefined) return { sandbox, name }
  }
  return undefined
}

/**
 * The first of these host names that a sandbox holds, be it as its app's, its agent's or a domain of its own. One that
 * is being taken away is held until that is done: it may go back.
 */
export function collision(
  hosts: readonly string[],
  { sandboxes, operations }: Pick<State, 'sandboxes' | 'operations'>,
): { readonly host: string; readonly holder: Sandbox } | undefined {
  for (const holder of sandboxes) {
    const former = operations.find((one) => one.sandbox === holder.id && one.before !== null)?.before?.spec
    const held = [...hostsOf(holder), ...(former === undefined ? [] : hostsOf({ ...holder, spec: former }))]
    const host = hosts.find((one) => held.some((name) => name.host === one))
    if (host !== undefined) return { host, holder }
  }
  return undefined
}
