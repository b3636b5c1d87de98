import { addressOf, type Sandbox, type SandboxId } from '../sandbox.js'
import { authorizedKeyLine, type SshKey } from '../person.js'
import type { Plan } from './plan.js'

/** What SSHPiper needs to bring `ssh <name>@host` to the instance. */
export interface WantedPipe {
  /** The SSH user name: the sandbox's name. */
  readonly name: string
  readonly sandbox: SandboxId
  readonly address: string
  readonly port: number
  /** `type blob`, sorted; never empty (no key, no pipe). */
  readonly authorizedKeys: readonly string[]
  /** The instance's public host keys, `type blob`. */
  readonly hostKeys: readonly string[]
  readonly mappingKey: string
}

/** A pipe's folder. `altered`: some file's content, mode or kind is not what we write for any pipe. */
export type SeenPipe =
  | { readonly owner: 'foreign'; readonly name: string }
  | { readonly owner: 'altered'; readonly name: string; readonly sandbox: SandboxId; readonly detail: string }
  | { readonly owner: 'ours'; readonly pipe: WantedPipe }

export type PipeChange =
  | { readonly kind: 'pipe.write'; readonly wanted: WantedPipe; readonly reason: string }
  | { readonly kind: 'pipe.remove'; readonly name: string; readonly sandbox: SandboxId; readonly reason: string }

/** For tests that go through every kind. @public */
export const pipeChangeKinds = ['pipe.write', 'pipe.remove'] as const satisfies readonly PipeChange['kind'][]

export interface PipeSettings {
  readonly sshPort: number
}

/** Null: nobody may enter (fail closed), a tombstone, or keys that are not made yet. */
export function wantedPipe(sandbox: Sandbox, keys: readonly SshKey[], settings: PipeSettings): WantedPipe | null {
  if (sandbox.phase === 'deleting' || sandbox.phase === 'lost') return null
  if (sandbox.mappingKey === null || sandbox.hostKeys.length === 0) return null
  const authorizedKeys = [...new Set(keys.map(authorizedKeyLine))].sort()
  if (authorizedKeys.length === 0) return null
  return {
    name: sandbox.name,
    sandbox: sandbox.id,
    address: addressOf(sandbox),
    port: settings.sshPort,
    authorizedKeys,
    hostKeys: [...sandbox.hostKeys].sort(),
    mappingKey: sandbox.mappingKey,
  }
}

/**
 *  wanted | seen                       | plan
 *  -------+----------------------------+----------------------
 *  no     | none, or not this one's    | nothing
 *  no     | ours, altered or not       | remove
 *  yes    | none                       | write
 *  yes    | ours, the same             | nothing
 *  yes    | ours, different or altered | write
 *  yes    | foreign, another sandbox's | finding: conflict
 */
export function planPipe(sandbox: Sandbox, wanted: WantedPipe | null, seen: SeenPipe | null): Plan {
  const owner = seen === null ? null : ownerOf(seen)
  if (wanted === null) {
    if (seen === null || owner !== sandbox.id) return { changes: [], findings: [] }
    const reason = sandbox.phase === 'deleting' ? 'the sandbox is deleted' : 'nobody may enter'
    return { changes: [{ kind: 'pipe.remove', name: sandbox.name, sandbox: sandbox.id, reason }], findings: [] }
  }
  if (seen === null) return write(wanted, 'missing')
  if (owner !== sandbox.id) {
    const detail = 'a folder of this name is there and is not ours'
    return {
      changes: [],
      findings: [{ finding: 'conflict', part: 'pipe', subject: wanted.name, sandbox: sandbox.id, detail }],
    }
  }
  const reason = difference(wanted, seen)
  return reason === null ? { changes: [], findings: [] } : write(wanted, reason)
}

export function ownerOf(seen: SeenPipe): SandboxId | null {
  switch (seen.owner) {
    case 'foreign':
      return null
    case 'altered':
      return seen.sandbox
    case 'ours':
      return seen.pipe.sandbox
  }
}

function write(wanted: WantedPipe, reason: string): Plan {
  return { changes: [{ kind: 'pipe.write', wanted, reason }], findings: [] }
}

function difference(wanted: WantedPipe, seen: SeenPipe): string | null {
  if (seen.owner !== 'ours') return seen.owner === 'altered' ? seen.detail : 'not ours'
  const { pipe } = seen
  if (pipe.address !== wanted.address || pipe.port !== wanted.port) return 'leads to another address'
  if (!sameLines(pipe.authorizedKeys, wanted.authorizedKeys)) return 'lets in other keys'
  if (!sameLines(pipe.hostKeys, wanted.hostKeys)) return 'expects other host keys'
  if (pipe.mappingKey !== wanted.mappingKey) return 'enters with another key'
  return null
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}
