import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Where undici, which all our clients speak through, tells of each request. */
const REQUESTS = 'undici:request:create'

export interface Cost {
  /** Milliseconds. */
  readonly wall: number
  /** This process' own, all its threads: milliseconds. */
  readonly cpu: number
  readonly requests: number
  /** Those of the requests that are no GET. */
  readonly writes: number
}

/** What some work costs this process and those that it speaks to. */
export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const methods: string[] = []
  const note = (message: unknown): void => {
    methods.push((message as { request: { method: string } }).request.method)
  }
  subscribe(REQUESTS, note)
  const startedAt = performance.now()
  const before = process.cpuUsage()
  try {
    await work()
    const { user, system } = process.cpuUsage(before)
    const writes = methods.filter((method) => method !== 'GET').length
    return { wall: performance.now() - startedAt, cpu: (user + system) / 1000, requests: methods.length, writes }
  } finally {
    unsubscribe(REQUESTS, note)
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** `412 (398–455)`: the median, and from the least to the most. */
export function spread(values: readonly number[], digits = 0): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)]
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`
}
