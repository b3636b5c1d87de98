import { hostAndPort } from '../../core/ip.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { z } from 'zod'

/** `GET /version`, as far as we read it; a build of somebody's own has no tag. */
const versionShape = z.object({ tag: z.string().default('') })

const TRY_MS = 1_000
const PAUSE_MS = 50

export interface Address {
  readonly address: string
  readonly port: number
}

/** The agent over the network, from the host, as the proxy reaches it. */
export class VersionProbe {
  private readonly dispatcher = new Agent({ keepAliveTimeout: 1, pipelining: 0 })

  /** The tag that the running agent says; null where it does not answer. */
  async version(where: Address, signal: AbortSignal): Promise<string | null> {
    try {
      const response = await request(`${originOf(where)}/version`, this.options(signal))
      const body: unknown = await response.body.json()
      return response.statusCode === 200 ? versionShape.parse(body).tag : null
    } catch {
      return null
    }
  }

  /** Until it says a version that will do; null where the signal ended that. */
  async until(where: Address, isRight: (version: string) => boolean, signal: AbortSignal): Promise<string | null> {
    while (!signal.aborted) {
      const version = await this.version(where, signal)
      if (version !== null && isRight(version)) return version
      await sleep(PAUSE_MS)
    }
    return null
  }

  /** Has it end, so that its unit starts the binary that is there now, which takes the conversations up. */
  async exitAndResume(where: Address, signal: AbortSignal): Promise<boolean> {
    try {
      const response = await request(`${originOf(where)}/exit?resume=true`, { method: 'POST', ...this.options(signal) })
      await response.body.dump()
      return response.statusCode === 200
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy()
  }

  private options(signal: AbortSignal) {
    return { dispatcher: this.dispatcher, signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]) }
  }
}

function originOf({ address, port }: Address): string {
  return `http://${hostAndPort(address, port)}`
}
