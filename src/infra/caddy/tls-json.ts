import { at, listOf, objectOf, textAt, type Json, type JsonObject } from './json.js'
import type { AcmeSettings, CaddyFacts, CaddySettings } from './settings.js'

/** The path of the daemon's answer to Caddy; by it the setting is known to be ours, whatever the address. */
export const ASK_PATH = '/sandpiper/ask'

const POLICY = 'sandpiper:tls'
const POLICY_OF_BASE = 'sandpiper:tls-base'
const POLICY_OF_WILDCARD = 'sandpiper:tls-wildcard'
const OURS = [POLICY, POLICY_OF_BASE, POLICY_OF_WILDCARD]

/** The apps beside `http` that TLS needs; the others stay as they are. `hosts`: of all routes of ours. */
export function mergeTls(
  apps: JsonObject,
  settings: CaddySettings,
  facts: CaddyFacts,
  hosts: readonly string[],
): JsonObject {
  return { ...mergePki(apps, settings), ...mergeApp(apps, settings, facts, hosts) }
}

export function automaticHttps(settings: CaddySettings): JsonObject | undefined {
  if (settings.tls === 'off') return { disable: true }
  // The redirects' listener would be on all addresses, port 80.
  return settings.listen.some(isLoopback) ? { disable_redirects: true } : undefined
}

function isLoopback(address: string): boolean {
  return /^(tcp[46]?\/)?(127\.|localhost:|\[::1\])/.test(address)
}

function mergeApp(apps: JsonObject, settings: CaddySettings, facts: CaddyFacts, hosts: readonly string[]): JsonObject {
  const tls = objectOf(apps['tls'])
  const seen = objectOf(at(tls, 'automation'))
  const policies = listOf(seen['policies'])
  const foreign = policies.filter((policy) => !OURS.includes(textAt(policy, '@id') ?? ''))
  const isUntouched = foreign.length === policies.length && !isOurAsk(seen['on_demand'])
  if (settings.tls === 'off' && isUntouched && !hasAutomated(tls, settings)) return {}
  const onDemand = mergeOnDemand(seen['on_demand'], settings, facts)
  const { on_demand: _replaced, ...kept } = seen
  const automation = {
    ...kept,
    policies: mergePolicies(foreign, settings, isOurAsk(onDemand), facts, hosts),
    ...(onDemand === undefined ? {} : { on_demand: onDemand }),
  }
  return { tls: { ...withAutomated(tls, settings), automation } }
}

/**
 *  ours                 | for                  | its certificates are obtained
 *  ---------------------+----------------------+---------------------------------------------------------
 *  the wildcard's       | all below `base`     | one for all of them, by a DNS record
 *  the base's           | all below `base`     | ahead, once DNS was seen to bring all of them here
 *  the one for the rest | everything else      | internal: ahead; acme: in a handshake, if the daemon says so
 *
 * The first that fits counts. Caddy takes one policy without subjects: where somebody else has it, ours names its hosts.
 */
function mergePolicies(
  foreign: readonly Json[],
  settings: CaddySettings,
  mayAsk: boolean,
  { isBaseRight }: CaddyFacts,
  hosts: readonly string[],
): readonly Json[] {
  if (settings.tls === 'off') return foreign
  const isTaken = foreign.some((policy) => listOf(at(policy, 'subjects')).length === 0)
  const rest = {
    '@id': POLICY,
    ...(isTaken ? { subjects: hosts } : {}),
    issuers: [issuer(settings)],
    ...(settings.tls === 'acme' && mayAsk ? { on_demand: true } : {}),
  }
  const before = settings.tls === 'acme' ? policiesOfBase(settings.acme, isBaseRight) : []
  if (!isTaken) return [...before, ...foreign, rest]
  return [...before, ...(hosts.length === 0 ? [] : [rest]), ...foreign]
}

function policiesOfBase(acme: AcmeSettings, isBaseRight: boolean): readonly JsonObject[] {
  if (acme.dnsProvider !== null) {
    const issuers = [acmeIssuer(acme, { challenges: { dns: { provider: acme.dnsProvider } } })]
    return [{ '@id': POLICY_OF_WILDCARD, subjects: [wildcardOf(acme)], issuers }]
  }
  // Of one label below it, and of two: `shelley.myapp`.
  const subjects = [`*.${acme.base}`, `*.*.${acme.base}`]
  return isBaseRight ? [{ '@id': POLICY_OF_BASE, subjects, issuers: [acmeIssuer(acme, {})] }] : []
}

function issuer({ tls, acme }: CaddySettings): JsonObject {
  return tls === 'internal' ? { module: 'internal' } : acmeIssuer(acme, {})
}

function acmeIssuer({ email, directory, rootFile }: AcmeSettings, more: JsonObject): JsonObject {
  return {
    module: 'acme',
    ...(directory === null ? {} : { ca: directory }),
    ...(email === null ? {} : { email }),
    ...(rootFile === null ? {} : { trusted_roots_pem_files: [rootFile] }),
    ...more,
  }
}

/** Caddy has one such setting for all: somebody else's stays, and ours does without. */
function mergeOnDemand(seen: Json, { tls, acme }: CaddySettings, { knowsPermission }: CaddyFacts): Json {
  if (seen !== undefined && !isOurAsk(seen)) return seen
  if (tls !== 'acme' || acme.ask === null) return undefined
  return knowsPermission ? { permission: { module: 'http', endpoint: acme.ask } } : { ask: acme.ask }
}

function isOurAsk(onDemand: Json): boolean {
  const endpoint = textAt(onDemand, 'permission', 'endpoint') ?? textAt(onDemand, 'ask')
  return endpoint?.endsWith(ASK_PATH) === true
}

function wildcardOf({ base }: AcmeSettings): string {
  return `*.${base}`
}

function hasAutomated(tls: JsonObject, { acme }: CaddySettings): boolean {
  return listOf(at(tls, 'certificates', 'automate')).includes(wildcardOf(acme))
}

/** A wildcard certificate is of no route: Caddy has to be told to get it. */
function withAutomated(tls: JsonObject, settings: CaddySettings): JsonObject {
  const wildcard = wildcardOf(settings.acme)
  const isWanted = settings.tls === 'acme' && settings.acme.dnsProvider !== null
  const certificates = objectOf(tls['certificates'])
  const others = listOf(certificates['automate']).filter((name) => name !== wildcard)
  if (isWanted) return { ...tls, certificates: { ...certificates, automate: [wildcard, ...others] } }
  if (!hasAutomated(tls, settings)) return tls
  const { automate: _replaced, ...rest } = certificates
  return { ...tls, certificates: others.length === 0 ? rest : { ...rest, automate: others } }
}

function mergePki(apps: JsonObject, settings: CaddySettings): JsonObject {
  if (settings.tls !== 'internal') return {}
  const authorities = objectOf(at(apps, 'pki', 'certificate_authorities'))
  const local: Json = { ...objectOf(authorities['local']), install_trust: false }
  return { pki: { ...objectOf(apps['pki']), certificate_authorities: { ...authorities, local } } }
}
