import { z } from 'zod'
import type { Addresses } from '../../core/addresses.js'
import { familyOf, numberOf } from '../../core/ip.js'
import type { SeenInstance, WantedInstance } from '../../core/parts/instance.js'
import { MARK_AGENT, parseAgentMark } from './agent-mark.js'
import type { ImageSource, Limits } from '../../core/sandbox.js'

export interface InstanceSettings {
  readonly network: string
  readonly pool: string
  /** Name of the network ACL; null: none (some kernels cannot filter connections on a bridge). */
  readonly acl: string | null
}

type Texts = Record<string, string>

export const MARK_ID = 'user.sandpiper.id'
const MARK_NAME = 'user.sandpiper.name'
export const MARK_KEY = 'user.sandpiper.mapping-key'

export const instanceShape = z.object({
  name: z.string(),
  status: z.string(),
  last_used_at: z.string(),
  config: z.record(z.string(), z.string()),
  expanded_config: z.record(z.string(), z.string()).nullish(),
  devices: z.record(z.string(), z.record(z.string(), z.string())).nullable(),
})
export type IncusInstance = z.infer<typeof instanceShape>

/** The body of `POST /1.0/instances`. No profile: what a sandbox is does not hang on another's edits. */
export function createBody(wanted: WantedInstance, settings: InstanceSettings): unknown {
  return {
    name: wanted.name,
    type: 'container',
    profiles: [],
    source: source(wanted.image),
    config: {
      ...limitsConfig(wanted.limits),
      ...nestingConfig(wanted.nesting),
      ...markConfig(wanted),
      [MARK_KEY]: wanted.mappingKey,
      ...(wanted.image.protocol === 'oci' ? ociConfig(wanted.sandboxName) : {}),
    },
    devices: { root: rootDevice(wanted.limits, settings), eth0: nicDevice(wanted, settings) },
  }
}

export function seenInstance(instance: IncusInstance, settings: InstanceSettings): SeenInstance {
  const { config } = instance
  const all = instance.expanded_config ?? config
  const nic = instance.devices?.['eth0'] ?? {}
  const addresses = { ipv4: nic['ipv4.address'] ?? null, ipv6: nic['ipv6.address'] ?? null }
  return {
    name: instance.name,
    sandbox: config[MARK_ID] ?? null,
    sandboxName: config[MARK_NAME] ?? null,
    power: instance.status === 'Running' ? 'running' : instance.status === 'Stopped' ? 'stopped' : 'other',
    lastUsedAt: instance.last_used_at,
    limits: {
      cpus: cpusOf(all['limits.cpu.allowance']),
      memory: bytesOf(all['limits.memory']),
      disk: bytesOf(instance.devices?.['root']?.['size']),
      processes: bytesOf(all['limits.processes']),
    },
    nesting: all['security.nesting'] === 'true',
    ...addresses,
    mappingKey: config[MARK_KEY] ?? null,
    agent: parseAgentMark(config[MARK_AGENT]),
    nicIsOurs: sameTexts(nic, nicDevice(addresses, settings)),
  }
}

/** Hard: a soft allowance lets one sandbox starve all. */
export function limitsConfig(limits: Limits): Texts {
  return {
    'limits.cpu.allowance': `${Math.round(limits.cpus * 100)}ms/100ms`,
    'limits.memory': String(limits.memory),
    'limits.processes': String(limits.processes),
  }
}

/** systemd, told the host name by its own argument: Incus lays its own /etc/hostname over an OCI container's. */
function ociConfig(sandboxName: string): Texts {
  return { 'image.type': 'oci', 'oci.entrypoint': `/sbin/init systemd.hostname=${sandboxName}` }
}

export function nestingConfig(nesting: boolean): Texts {
  return { 'security.nesting': String(nesting) }
}

export function markConfig(wanted: WantedInstance): Texts {
  return { [MARK_ID]: wanted.sandbox, [MARK_NAME]: wanted.sandboxName }
}

export function rootDevice(limits: Limits, settings: InstanceSettings): Texts {
  return { type: 'disk', path: '/', pool: settings.pool, size: String(limits.disk) }
}

export function nicDevice({ ipv4, ipv6 }: Addresses, settings: InstanceSettings): Texts {
  const address = ipv4 ?? ipv6
  return {
    type: 'nic',
    name: 'eth0',
    network: settings.network,
    ...(ipv4 === null ? {} : { 'ipv4.address': ipv4, 'security.ipv4_filtering': 'true' }),
    ...(ipv6 === null ? {} : { 'ipv6.address': ipv6, 'security.ipv6_filtering': 'true' }),
    ...(address === null ? {} : { hwaddr: hwaddrOf(address) }),
    'security.port_isolation': 'true',
    'security.mac_filtering': 'true',
    ...(settings.acl === null ? {} : { 'security.acls': settings.acl }),
  }
}

/** One address, one hardware address: a surviving lease of the former owner is then the new owner's own. */
function hwaddrOf(address: string): string {
  const last = numberOf(address, familyOf(address)) & 0xffffffn
  const bytes = last.toString(16).padStart(6, '0').match(/../g) ?? []
  return ['10', '66', '6a', ...bytes].join(':')
}

function source(image: ImageSource): unknown {
  if (image.server === null) return { type: 'image', alias: image.alias }
  const protocol = image.protocol ?? 'simplestreams'
  return { type: 'image', mode: 'pull', server: image.server, protocol, alias: image.alias }
}

function cpusOf(text: string | undefined): number | null {
  const match = /^(\d+)ms\/(\d+)ms$/.exec(text ?? '')
  return match === null || Number(match[2]) === 0 ? null : Number(match[1]) / Number(match[2])
}

const UNITS = ['', 'KiB', 'MiB', 'GiB', 'TiB']

function bytesOf(text: string | undefined): number | null {
  const match = /^(\d+)([KMGT]iB)?$/.exec(text ?? '')
  return match === null ? null : Number(match[1]) * 1024 ** UNITS.indexOf(match[2] ?? '')
}

function sameTexts(a: Texts, b: Texts): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
