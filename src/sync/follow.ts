import type { SandboxFacts } from '../core/edits.js'
import { askIsAnswered, type SeenInstance } from '../core/parts/instance.js'
import type { Power, Sandbox } from '../core/sandbox.js'
import { liveOperationOf, type State } from '../core/state.js'

/**
 * What a look at the instance teaches: its power, its agent's version, its birth, an ask that has come about, the mark from which a restart
 * is told. Null where nothing is new. (Lost is decided elsewhere: one look is not enough for that.)
 */
export function learn(sandbox: Sandbox, seen: SeenInstance | null): SandboxFacts | null {
  if (seen === null || seen.sandbox !== sandbox.id) return null
  const power: Power = seen.power === 'other' ? 'unknown' : seen.power
  const { ask } = sandbox
  const isBorn = seen.power === 'running' && (sandbox.phase === 'creating' || sandbox.phase === 'lost')
  const agentVersion = seen.agent?.version ?? null
  const facts: SandboxFacts = {
    ...(agentVersion === sandbox.agentVersion ? {} : { agentVersion }),
    ...(power === sandbox.power ? {} : { power }),
    ...(isBorn || sandbox.phase === 'lost' ? { phase: 'ready' as const } : {}),
    ...(ask !== null && askIsAnswered(ask, seen) ? { ask: null } : {}),
    ...(ask?.power === 'restart' && ask.lastUsedAt === null ? { ask: { ...ask, lastUsedAt: seen.lastUsedAt } } : {}),
  }
  return Object.keys(facts).length === 0 ? null : facts
}

/** It ran, it is stopped, and nobody asked for that here. */
export function stoppedByItself(state: State, sandbox: Sandbox, learnt: SandboxFacts | null): boolean {
  const hasStopped = sandbox.phase === 'ready' && sandbox.power === 'running' && learnt?.power === 'stopped'
  return hasStopped && sandbox.ask === null && liveOperationOf(state, sandbox.id) === undefined
}
