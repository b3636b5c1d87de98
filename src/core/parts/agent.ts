import { addressOf, type Sandbox, type SandboxId } from '../sandbox.js'
import type { SeenInstance } from './instance.js'
import type { Plan } from './plan.js'

/** The agent that we put into a sandbox. */
export interface WantedAgent {
  readonly sandbox: SandboxId
  readonly sandboxName: string
  readonly instance: string
  /** Where it listens: the sandbox's own address, which the proxy alone reaches. */
  readonly address: string
  readonly port: number
  /** A release's tag; null: the newest there is when it is installed, and then that one. */
  readonly version: string | null
}

/** What the instance's mark says of it: looking inside each sandbox would cost a request each, on every pass. */
export interface SeenAgent {
  readonly version: string
  readonly address: string
  readonly port: number
  /** An update to this version was begun and has not come to its end; null: none was. */
  readonly towards: string | null
}

export type AgentChange =
  /** Binary, units, configuration. Before the first start nothing more is needed; later it is started too. */
  | { readonly kind: 'agent.install'; readonly wanted: WantedAgent }
  /** It should listen elsewhere. */
  | { readonly kind: 'agent.configure'; readonly wanted: WantedAgent; readonly version: string }
  /** Swaps the binary and has it go on with its conversations; the former one comes back where the new one is silent. */
  | { readonly kind: 'agent.update'; readonly wanted: WantedAgent; readonly from: string; readonly to: string }
  /** Ends an update that was begun and is no longer wanted: the former version again. */
  | { readonly kind: 'agent.restore'; readonly wanted: WantedAgent; readonly version: string }

/** For tests that go through every kind. @public */
export const agentChangeKinds = [
  'agent.install',
  'agent.configure',
  'agent.update',
  'agent.restore',
] as const satisfies readonly AgentChange['kind'][]

export interface AgentSettings {
  readonly agentPort: number
}

export function wantedAgent(sandbox: Sandbox, settings: AgentSettings): WantedAgent | null {
  const { agent } = sandbox.spec
  if (agent.kind !== 'shelley' || sandbox.phase === 'deleting' || sandbox.mappingKey === null) return null
  return {
    sandbox: sandbox.id,
    sandboxName: sandbox.name,
    instance: sandbox.instance,
    address: addressOf(sandbox),
    port: settings.agentPort,
    version: agent.version,
  }
}

/**
 *  wanted | instance       | its mark                        | plan
 *  -------+----------------+---------------------------------+-----------------------------------
 *  no     |                |                                 | nothing: what is inside is its owner's
 *  yes    | none, not born |                                 | install, behind create and prepare
 *  yes    | none, born     |                                 | nothing: it is lost
 *  yes    | not ours       |                                 | nothing: a conflict of the instance
 *  yes    | ours           | none                            | install
 *  yes    | ours           | another address or port         | configure
 *  yes    | ours           | the version, no update begun    | nothing
 *  yes    | ours           | another version than wanted     | update
 *  yes    | ours           | an update begun, former wanted  | restore
 */
export function planAgent(sandbox: Sandbox, wanted: WantedAgent | null, seen: SeenInstance | null): Plan {
  const changes = wanted === null ? [] : agentChanges(sandbox, wanted, seen)
  return { changes, findings: [] }
}

function agentChanges(sandbox: Sandbox, wanted: WantedAgent, seen: SeenInstance | null): readonly AgentChange[] {
  if (seen === null) return sandbox.phase === 'creating' ? [{ kind: 'agent.install', wanted }] : []
  if (seen.sandbox !== sandbox.id) return []
  const { agent } = seen
  if (agent === null) return [{ kind: 'agent.install', wanted }]
  const { version, towards } = agent
  const to = wanted.version ?? version
  const changes: AgentChange[] = []
  if (agent.address !== wanted.address || agent.port !== wanted.port) {
    changes.push({ kind: 'agent.configure', wanted, version })
  }
  if (to !== version) changes.push({ kind: 'agent.update', wanted, from: version, to })
  else if (towards !== null) changes.push({ kind: 'agent.restore', wanted, version })
  return changes
}
