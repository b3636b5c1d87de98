import { isIP } from 'node:net'
import { z } from 'zod'
import { familyOf, subnetOf, textOf } from '../../core/ip.js'
import type { Network } from '../../core/state.js'
import type { IncusClient } from './client.js'
import { isGone } from './errors.js'

const networkShape = z.object({ name: z.string(), config: z.record(z.string(), z.string()) })
const leasesShape = z.array(z.object({ address: z.string() }))
const aclShape = z.object({ egress: z.array(z.unknown()), ingress: z.array(z.unknown()) })

const PRIVATE4 = '10.0.0.0/8,100.64.0.0/10,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16'
const PRIVATE6 = 'fc00::/7,fe80::/10'

export async function readNetwork(client: IncusClient, name: string, signal?: AbortSignal): Promise<Network> {
  const path = `/1.0/networks/${name}`
  const [network, leases] = await Promise.all([
    client.get(path, networkShape, signal),
    client.get(`${path}/leases`, leasesShape, signal),
  ])
  const setting = (key: string): string => network.config[key] ?? ''
  const own = (key: string): string | null => (isAddress(setting(key)) ? setting(key) : null)
  return {
    name: network.name,
    ipv4: own('ipv4.address'),
    ipv6: own('ipv6.address'),
    pinsIpv6: setting('ipv6.dhcp') !== 'false' && setting('ipv6.dhcp.stateful') === 'true',
    dhcpRanges: ['ipv4.dhcp.ranges', 'ipv6.dhcp.ranges'].flatMap((key) => rangesOf(setting(key))),
    leased: [...new Set(leases.map((lease) => lease.address))].sort(),
  }
}

/** Incus writes `none` for a family that the bridge has not. */
function isAddress(cidr: string): boolean {
  return isIP(cidr.split('/')[0] ?? '') !== 0
}

/** Creates the ACL or puts its rules right. `drop` comes before `allow` in Incus, whatever the order here. */
export async function ensureAcl(
  client: IncusClient,
  acl: string,
  network: Network,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = aclRules(network)
  const path = `/1.0/network-acls/${acl}`
  try {
    const seen = await client.get(path, aclShape, signal)
    if (canonical(seen) === canonical(wanted)) return
    await client.call('PUT', path, { ...wanted, description: 'Sandpiper', config: {} }, signal)
  } catch (error) {
    if (!isGone(error)) throw error
    await client.call('POST', '/1.0/network-acls', { name: acl, description: 'Sandpiper', ...wanted }, signal)
  }
}

/**
 * What a sandbox may not reach, and who may reach it. DNS and DHCP to the gateway need no rule: Incus accepts them
 * ahead of any ACL, and an allow of ours would come after its drops.
 */
function aclRules(network: Network): { egress: object[]; ingress: object[] } {
  const own = [network.ipv4, network.ipv6].filter((cidr) => cidr !== null)
  const on = { state: 'enabled' }
  return {
    egress: [
      { action: 'drop', destination: PRIVATE4, ...on },
      { action: 'drop', destination: PRIVATE6, ...on },
      ...own.map((cidr) => ({ action: 'drop', destination: wholeSubnet(cidr), ...on })),
      { action: 'drop', destination_port: '25,465,587', protocol: 'tcp', ...on },
      { action: 'allow', ...on },
    ],
    ingress: own.map((cidr) => ({ action: 'allow', source: gatewayOf(cidr), ...on })),
  }
}

/** The host alone, as its sandboxes see it. */
function gatewayOf(cidr: string): string {
  const [address = ''] = cidr.split('/')
  return `${address}/${familyOf(address) === 4 ? 32 : 128}`
}

/** A bridge may have public addresses: they are no way to the neighbours, nor to the host. */
function wholeSubnet(cidr: string): string {
  const [address = '', bits = ''] = cidr.split('/')
  return `${textOf(subnetOf(cidr).first, familyOf(address))}/${bits}`
}

function rangesOf(text: string): [string, string][] {
  return text
    .split(',')
    .map((range) => range.trim().split('-'))
    .flatMap(([from, to]) => (from ? [[from, to ?? from] as [string, string]] : []))
}

function canonical(rules: { egress: unknown[]; ingress: unknown[] }): string {
  return JSON.stringify([rules.egress.map(sorted), rules.ingress.map(sorted)])
}

function sorted(rule: unknown): unknown {
  return Object.entries(rule ?? {})
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
