import { at, listOf, objectOf, textAt, type Json, type JsonObject } from './json.js'
import type { CaddySettings } from './settings.js'

const policyId = 'sandpiper:tls'

/** The apps beside `http` that TLS needs; the others stay as they are. */
export function mergeTls(apps: JsonObject, settings: CaddySettings, hosts: readonly string[]): JsonObject {
  return { ...mergePki(apps, settings), ...mergePolicies(apps, settings, hosts) }
}

export function automaticHttps(settings: CaddySettings): JsonObject | undefined {
  if (settings.tls === 'off') return { disable: true }
  // The redirects' listener would be on all addresses, port 80.
  return settings.listen.some(isLoopback) ? { disable_redirects: true } : undefined
}

function isLoopback(address: string): boolean {
  return /^(tcp[46]?\/)?(127\.|localhost:|\[::1\])/.test(address)
}

function mergePolicies(apps: JsonObject, settings: CaddySettings, hosts: readonly string[]): JsonObject {
  const policies = listOf(at(apps, 'tls', 'automation', 'policies'))
  const foreign = policies.filter((policy) => textAt(policy, '@id') !== policyId)
  if (settings.tls === 'off' && foreign.length === policies.length) return {}
  // Caddy takes one policy without subjects. Where somebody else has it, ours names its hosts.
  const taken = foreign.some((policy) => listOf(at(policy, 'subjects')).length === 0)
  const issuer =
    settings.tls === 'internal'
      ? { module: 'internal' }
      : { module: 'acme', ...(settings.email === null ? {} : { email: settings.email }) }
  const ours = { '@id': policyId, ...(taken ? { subjects: hosts } : {}), issuers: [issuer] }
  const wanted = settings.tls === 'off' || (taken && hosts.length === 0) ? [] : [ours]
  const automation = { ...objectOf(at(apps, 'tls', 'automation')), policies: [...wanted, ...foreign] }
  return { tls: { ...objectOf(apps['tls']), automation } }
}

function mergePki(apps: JsonObject, settings: CaddySettings): JsonObject {
  if (settings.tls !== 'internal') return {}
  const authorities = objectOf(at(apps, 'pki', 'certificate_authorities'))
  const local: Json = { ...objectOf(authorities['local']), install_trust: false }
  return { pki: { ...objectOf(apps['pki']), certificate_authorities: { ...authorities, local } } }
}
