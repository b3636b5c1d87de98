import type { SeenAgent } from '../../core/parts/agent.js'

/** What we know of the agent in an instance, beside it: it comes with the listing that every pass reads anyway. */
export const MARK_AGENT = 'user.sandpiper.agent'

/** `v0.996 10.88.0.10:9999`, and while an update runs `v0.996 10.88.0.10:9999 > v0.997`. */
export function agentMark({ version, address, port, towards }: SeenAgent): string {
  return `${version} ${address}:${port}${towards === null ? '' : ` > ${towards}`}`
}

/** Null where there is none, or one that we would not write. */
export function parseAgentMark(text: string | undefined): SeenAgent | null {
  const [, version, address, port, towards] = /^(\S+) (\S+):(\d{1,5})(?: > (\S+))?$/.exec(text ?? '') ?? []
  if (version === undefined || address === undefined) return null
  return { version, address, port: Number(port), towards: towards ?? null }
}
