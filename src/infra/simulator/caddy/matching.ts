import { fill, headerOf, type Exchange } from './exchange.js'
import type { Match } from './schema.js'

/** No matcher matches everything; several are alternatives; all that is in one must hold. */
export function matches(sets: readonly Match[] | undefined, exchange: Exchange): boolean {
  return sets === undefined || sets.length === 0 || sets.some((set) => matchesOne(set, exchange))
}

function matchesOne(set: Match, exchange: Exchange): boolean {
  if (set.host !== undefined && !set.host.some((host) => sameHost(host, exchange.host))) return false
  if (set.method !== undefined && !set.method.includes(exchange.request.method ?? '')) return false
  const path = (exchange.request.url ?? '/').split('?')[0] ?? '/'
  if (set.path !== undefined && !set.path.some((pattern) => wildcard(pattern.toLowerCase(), path.toLowerCase())))
    return false
  for (const [name, wanted] of Object.entries(set.header ?? {})) {
    const values = headerOf(exchange, name)
    if (!values.some((value) => wanted.some((pattern) => wildcard(pattern, value)))) return false
  }
  for (const [name, wanted] of Object.entries(set.vars ?? {})) {
    if (!wanted.includes(fill(name, exchange))) return false
  }
  return set.not === undefined || !set.not.some((inner) => matchesOne(inner, exchange))
}

/** `*` stands for one label. */
function sameHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase().split('.')
  const given = host.toLowerCase().split('.')
  return wanted.length === given.length && wanted.every((label, index) => label === '*' || label === given[index])
}

/** A star at either end. */
function wildcard(pattern: string, value: string): boolean {
  if (pattern === '*') return true
  if (pattern.startsWith('*') && pattern.endsWith('*')) return value.includes(pattern.slice(1, -1))
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1))
  return value === pattern
}
