import type { TestHost } from '../scenario/engine.js'
import { visit } from '../scenario/visit.js'

/** Tries begin this often, and overlap: one that hangs in ARP or TCP must not hold up the next. */
const EVERY_MS = 25
const LIMIT_MS = 60_000

/** Resolves when the host name first answers 200 through Caddy. */
export async function firstAnswer(host: TestHost, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (error?: Error): void => {
      clearInterval(timer)
      clearTimeout(limit)
      if (error === undefined) resolve()
      else reject(error)
    }
    const attempt = (): void => {
      visit(host, name).then(
        ({ status }) => (status === 200 ? end() : undefined),
        () => undefined,
      )
    }
    const timer = setInterval(attempt, EVERY_MS)
    const limit = setTimeout(() => end(new Error(`${name} did not answer in ${LIMIT_MS / 1000} s`)), LIMIT_MS)
    attempt()
  })
}

/** Milliseconds. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
