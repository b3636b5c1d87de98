import type { Resource } from './quota.js'

interface ResourceWords {
  readonly one: string
  readonly many: string
  /** What makes room, as a sentence. */
  readonly frees: string
}

const DELETING = 'Deleting or handing over one makes room.'

export const resourceWords: Readonly<Record<Resource, ResourceWords>> = {
  sandboxes: { one: 'sandbox', many: 'sandboxes', frees: DELETING },
  running: { one: 'running sandbox', many: 'running sandboxes', frees: 'Stopping one makes room.' },
  cpus: { one: 'CPU', many: 'CPUs', frees: DELETING },
  memory: { one: 'of memory', many: 'of memory', frees: DELETING },
  disk: { one: 'of disk', many: 'of disk', frees: DELETING },
}

/** `2 sandboxes`, `1 CPU`, `4 GiB of memory` */
export function amountText(resource: Resource, amount: number): string {
  const { one, many } = resourceWords[resource]
  return `${numberText(resource, amount)} ${amount === 1 ? one : many}`
}

/** `2 of 3 sandboxes`, `4 GiB of 8 GiB of memory` */
export function usedText(resource: Resource, used: number, limit: number): string {
  const { one, many } = resourceWords[resource]
  return `${numberText(resource, used)} of ${numberText(resource, limit)} ${limit === 1 ? one : many}`
}

export function numberText(resource: Resource, amount: number): string {
  return resource === 'memory' || resource === 'disk' ? bytesText(amount) : String(Math.round(amount * 100) / 100)
}

/** `512 MiB`, `4 GiB`, `1.5 GiB` */
export function bytesText(amount: number): string {
  const gib = amount / 2 ** 30
  return gib >= 1 ? `${Math.round(gib * 10) / 10} GiB` : `${Math.round(amount / 2 ** 20)} MiB`
}
