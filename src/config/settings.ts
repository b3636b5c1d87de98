import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Config } from '../config.js'
import { hostKeyName } from '../core/host-keys.js'
import type { DnsSettings } from '../core/parts/wanted-records.js'
import type { Limits } from '../core/sandbox.js'
import type { Allowance, QuotaSettings, Resource } from '../core/quota.js'
import type { AccessSettings, Settings, Template } from '../core/state.js'
import type { Addresses } from '../bot/cards/addresses.js'
import type { CertificateSettings } from '../sync/certificate-watch.js'
import type { CaddyAddress } from '../infra/caddy/client.js'
import { caddyDefaults, type CaddySettings } from '../infra/caddy/settings.js'
import { ASK_PATH } from '../infra/caddy/tls-json.js'
import type { IncusConnection } from '../infra/incus/client.js'
import { readSecret } from './secret.js'

/** The part of the configuration that decisions in core rest on. */
export function settingsOf(config: Config): Settings {
  const { sandboxes, incus, agent, domains } = config
  const { cpus, memory, disk, processes } = sandboxes
  return {
    base: domains.base,
    scheme: domains.scheme,
    templates: templatesOf(config, { cpus, memory, disk, processes }),
    agentPort: agent.port,
    sshPort: sandboxes.ssh_port,
    reservedNames: sandboxes.reserved_names,
    pins: incus.pins ?? null,
    access: accessSettings(config),
    quotas: quotaSettings(config),
  }
}

function quotaSettings({ quotas }: Config): QuotaSettings {
  const { member, admin, total, groups, headroom } = quotas
  return {
    total: allowance(total),
    roles: { member: allowance(member), admin: allowance(admin) },
    groups: groups.map(({ to, ...limits }) => ({ group: to, allowance: allowance(limits) })),
    headroom,
  }
}

/** What the file does not say is left out. */
function allowance(limits: Readonly<Partial<Record<Resource, number | undefined>>>): Allowance {
  return Object.fromEntries(Object.entries(limits).filter(([, amount]) => amount !== undefined))
}

function accessSettings({ access }: Config): AccessSettings {
  const { admins, members, rooms, on_leave: onLeave } = access
  const grants = access.grants.map(({ to, gives, until }) => ({ to, gives, until: until ?? null }))
  const [trustMs, undoMs] = [access.trust_hours * 3_600_000, access.undo_days * 24 * 3_600_000]
  return { admins, members, grants, rooms, trustMs, undoMs, onLeave }
}

/** Throws SecretError. */
export function incusConnection({ incus }: Config): IncusConnection {
  const { url, client_certificate_file: cert, client_key_file: key, server_certificate_file: server } = incus
  if (url === undefined || cert === undefined || key === undefined || server === undefined) {
    return { socket: incus.socket }
  }
  return { url, cert: readSecret(cert), key: readSecret(key), serverCert: readSecret(server) }
}

export function caddyAddress({ caddy }: Config): CaddyAddress {
  const { admin } = caddy
  return admin.startsWith('unix//') ? { socketPath: admin.slice('unix/'.length) } : { url: admin }
}

/** https://letsencrypt.org/docs/staging-environment/ */
const STAGING = 'https://acme-staging-v02.api.letsencrypt.org/directory'

export function caddySettings({ caddy, domains }: Config): CaddySettings {
  return {
    ...caddyDefaults,
    server: caddy.server,
    listen: caddy.listen,
    tls: caddy.tls,
    acme: {
      email: caddy.email ?? null,
      directory: caddy.acme_staging ? STAGING : (caddy.acme_directory ?? null),
      rootFile: caddy.acme_root ?? null,
      base: domains.base,
      ask: caddy.pages.startsWith('/') ? null : `http://${caddy.pages}${ASK_PATH}`,
      dnsProvider: caddy.dns_provider ?? null,
    },
    accessLog: caddy.access_log,
    streamCloseDelay: caddy.stream_close_delay,
    adminListen: caddy.admin.startsWith('unix//') ? caddy.admin : caddy.admin.replace(/^https?:\/\//, ''),
    pages: caddy.pages.startsWith('/') ? caddy.pages : `http://${caddy.pages}`,
  }
}

export function certificateSettings(config: Config): CertificateSettings {
  const { caddy, domains } = config
  return {
    isOn: secureListener(config) !== null,
    isPublic: caddy.tls === 'acme',
    perWeek: caddy.acme_staging ? 0 : caddy.certificates_a_week,
    wildcard: caddy.dns_provider === undefined ? null : `*.${domains.base}`,
  }
}

/** Where Caddy's HTTPS is reached on this host; null where it serves none. */
export function secureListener({ caddy }: Config): { readonly host: string; readonly port: number } | null {
  const addresses = caddy.listen.map((address) => /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [])
  const [, host, port] = addresses.find(([, , number]) => number !== '80') ?? []
  if (caddy.tls === 'off' || port === undefined) return null
  return { host: host === undefined || ['', '0.0.0.0', '::'].includes(host) ? 'localhost' : host, port: Number(port) }
}

/** How people reach what is published. */
export function addressesOf({ caddy, sshpiper, domains }: Config): Pick<Addresses, 'url' | 'sshLine' | 'ssh'> {
  const scheme = caddy.tls === 'off' ? 'http' : 'https'
  const usual = scheme === 'http' ? 80 : 443
  const ports = caddy.listen.map((address) => Number(address.slice(address.lastIndexOf(':') + 1)))
  const port = ports.includes(usual) ? '' : `:${ports[0] ?? usual}`
  const sshPort = sshpiper.port === 22 ? '' : ` -p ${sshpiper.port}`
  return {
    url: (host) => `${scheme}://${host}${port}`,
    sshLine: (name) => `ssh ${name}@${domains.base}${sshPort}`,
    ssh: { host: domains.base, port: sshpiper.port, serverKey: () => serverKey(sshpiper.server_key) },
  }
}

/** SSHPiper may be set up later than we are, or be on another host. */
function serverKey(file: string): string | null {
  try {
    return hostKeyName(readFileSync(file, 'utf8').trim())
  } catch {
    return null
  }
}

export function dnsSettings({ domains }: Config): DnsSettings {
  return { mode: domains.dns_mode, ttl: domains.dns_ttl }
}

/** Those that are given; the others are found out. */
export function publicAddressesOf({ domains }: Config): readonly string[] {
  return [domains.public_ipv4, domains.public_ipv6].filter((address) => isIP(address) !== 0)
}

const exeuntu: Omit<Template, 'limits'> = {
  name: 'exeuntu',
  description: 'Ubuntu with the Shelley coding agent',
  image: { server: 'https://ghcr.io', protocol: 'oci', alias: 'boldsoftware/exeuntu:latest' },
  appPort: 8000,
  nesting: false,
  agent: 'shelley',
}

function templatesOf({ templates }: Config, limits: Limits): readonly Template[] {
  if (templates === undefined) return [{ ...exeuntu, limits }]
  return templates.map((one) => ({
    name: one.name,
    description: one.description,
    image: { server: one.server ?? null, protocol: one.protocol ?? null, alias: one.image },
    appPort: one.app_port,
    nesting: one.nesting,
    agent: one.agent,
    limits: {
      cpus: one.cpus ?? limits.cpus,
      memory: one.memory ?? limits.memory,
      disk: one.disk ?? limits.disk,
      processes: one.processes ?? limits.processes,
    },
  }))
}
