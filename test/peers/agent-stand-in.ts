import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const source = readFileSync(join(import.meta.dirname, 'agent-stand-in.py'), 'utf8')

/** A build of the stand-in for Shelley: runs in the lab's images, and is understood by the simulator. */
function agentBuild(tag: string, options: { readonly starts: boolean } = { starts: true }): string {
  return source.replaceAll('@FACTS@', JSON.stringify({ tag, ...options }))
}

/** For both architectures. */
export function agentBuilds(tag: string, options?: { readonly starts: boolean }): Readonly<Record<string, string>> {
  const build = agentBuild(tag, options)
  return { amd64: build, arm64: build }
}
