import type { SandboxId } from '../sandbox.js'
import type { AgentChange } from './agent.js'
import type { InstanceChange } from './instance.js'
import type { PipeChange } from './pipe.js'
import type { RecordChange } from './record-set.js'
import type { RouteChange } from './route.js'

export type PartName = 'instance' | 'agent' | 'pipe' | 'route' | 'record set'

export type Change = InstanceChange | AgentChange | PipeChange | RouteChange | RecordChange

/** Seen, and never acted on by itself: people are told. */
export interface Finding {
  readonly finding: 'lost' | 'conflict' | 'foreign' | 'orphan'
  readonly part: PartName
  readonly subject: string
  readonly sandbox: SandboxId | null
  readonly detail: string
}

export interface Plan {
  readonly changes: readonly Change[]
  readonly findings: readonly Finding[]
}

export function joinPlans(plans: readonly Plan[]): Plan {
  return { changes: plans.flatMap((plan) => plan.changes), findings: plans.flatMap((plan) => plan.findings) }
}

/** A conflict is something foreign too: of all findings about a subject the first says enough. */
export function firstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const first = new Map<string, Finding>()
  for (const finding of findings) {
    const subject = `${finding.part} ${finding.subject}`
    if (!first.has(subject)) first.set(subject, finding)
  }
  return [...first.values()]
}

/** One line of a readable diff. */
export interface DriftLine {
  readonly sign: '+' | '~' | '-' | '!'
  readonly part: PartName
  readonly subject: string
  readonly detail: string
}
