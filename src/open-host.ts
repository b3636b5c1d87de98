import { join } from 'node:path'
import type { Config } from './config.js'
import { ShelleyKeeper } from './infra/agent/keeper.js'
import { ReleaseStore } from './infra/agent/release-store.js'
import { CaddyClient } from './infra/caddy/client.js'
import { CaddyKeeper } from './infra/caddy/keeper.js'
import { rootCertificate } from './infra/caddy/root-certificate.js'
import { ResolverLook } from './infra/host/dns-look.js'
import { BannerProbe } from './infra/host/ssh-probe.js'
import { IncusClient } from './infra/incus/client.js'
import { IncusEvents, type EventHandlers } from './infra/incus/events.js'
import { IncusKeeper } from './infra/incus/keeper.js'
import { ensureAcl } from './infra/incus/network.js'
import { FileKeyring } from './infra/sshpiper/keyring.js'
import { WorkingdirPipes } from './infra/sshpiper/pipes.js'
import type { AgentReleases, RecordKeeper } from './core/ports.js'
import type { Network } from './core/state.js'
import { openDns } from './open-dns.js'
import type { World } from './sync/world.js'
import { caddyAddress, caddySettings, incusConnection } from './config/settings.js'

/** The foreign systems of one host, as the service needs them. */
export interface Host {
  readonly world: World
  /** Null where no DNS provider is configured. */
  readonly records: RecordKeeper | null
  readonly agentReleases: AgentReleases
  /** Follows Incus' events until `close`. */
  follow(handlers: EventHandlers): void
  /** What must be there before the first sandbox. Throws InfraError. */
  prepare(network: Network, signal: AbortSignal): Promise<void>
  /** Lets a write to Caddy wait a moment while changes are known to come. */
  lingerWhile(pending: () => boolean, maxMs: number): void
  /** DNS brings everything below the base here: certificates need not wait for a visitor. */
  baseIsRight(): void
  /** PEM; null where certificates do not come from Caddy's own authority. Throws InfraError. */
  rootCertificate(): Promise<string | null>
  close(): Promise<void>
}

/** Throws SecretError; connects to nothing yet. */
export function openHost(config: Config): Host {
  const { incus, caddy, sshpiper, service, domains } = config
  const acl = incus.acl === '' ? null : incus.acl
  const client = new IncusClient(incusConnection(config), {
    project: incus.project,
    timeLimitMs: incus.timeout_seconds * 1000,
  })
  const admin = new CaddyClient(caddyAddress(config), { timeLimitMs: caddy.timeout_seconds * 1000 })
  const keyring = new FileKeyring(join(service.state_folder, 'keys'))
  const routes = new CaddyKeeper(admin, caddySettings(config))
  const clock = { now: () => new Date() }
  const { release_url: url, keep_versions: keep, download_timeout_seconds: seconds } = config.agent
  const releases = new ReleaseStore({
    folder: join(service.state_folder, 'agent'),
    url,
    keep,
    limits: { buildMs: seconds * 1000 },
  })
  const agents = new ShelleyKeeper(client, releases)
  let events: IncusEvents | null = null
  return {
    agentReleases: releases,
    world: {
      agents,
      instances: new IncusKeeper(client, { network: incus.network, pool: incus.storage_pool, acl }, keyring),
      pipes: new WorkingdirPipes(sshpiper.pipes_folder, keyring, sshpiper.login_user),
      routes,
      keyring,
      ssh: new BannerProbe(),
      dns: new ResolverLook(domains.resolvers),
      clock,
    },
    records: openDns(config, clock),
    follow: (handlers) => {
      events = new IncusEvents(client, handlers)
      events.open()
    },
    prepare: async (network, signal) => {
      if (acl !== null) await ensureAcl(client, acl, network, signal)
    },
    lingerWhile: (pending, maxMs) => routes.lingerWhile(pending, maxMs),
    baseIsRight: () => routes.baseIsRight(),
    rootCertificate: () => (caddy.tls === 'internal' ? rootCertificate(admin) : Promise.resolve(null)),
    close: async () => {
      events?.close()
      await Promise.all([agents.close(), releases.close(), client.close(), admin.close()])
    },
  }
}
