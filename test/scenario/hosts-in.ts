/** Every host name that a Caddy config's routes match, sorted. */
export function hostsIn(config: unknown): readonly string[] {
  const all = JSON.stringify(config).matchAll(/"host":\["([^"]+)"\]/g)
  return [...all].map(([, host]) => host ?? '').toSorted()
}
