import { domainToASCII } from 'node:url'

/** Lower case, ASCII, no final dot: the one way in which names are compared. A wildcard keeps its `*.`. */
export function canonicalName(text: string): string {
  const plain = text.trim().replace(/\.$/, '').toLowerCase()
  return /^[\x20-\x7e]*$/.test(plain) ? plain : domainToASCII(plain)
}

/** Whether it is the zone's own name or ends in it, on label boundaries. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

/** `a.b.c` → `a.b.c`, `b.c`, `c`. */
export function ancestors(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}
