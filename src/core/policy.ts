import type { Change, Plan } from './parts/plan.js'

export interface PolicyFacts {
  readonly mode: 'repair' | 'report'
  readonly paused: boolean
  /** An admin said "go on" after a stop. */
  readonly forced: boolean
  /** 0 to 1: the share of all that is ours beyond which removals stop and ask. */
  readonly guardShare: number
  /** How many instances, pipes, routes and record sets of ours were seen. */
  readonly seen: number
  /** Whether a person's live operation stands behind the change. */
  readonly isAskedFor: (change: Change) => boolean
}

export interface Decision {
  readonly apply: readonly Change[]
  /** Why the rest was not applied; null where there is no rest. */
  readonly held: string | null
}

/** Fewer removals than this are never unusual, whatever their share. */
const FEW = 3
const REMOVALS: readonly Change['kind'][] = ['instance.delete', 'pipe.remove', 'route.remove', 'record.remove']

/**
 *  change                         | mode    | paused | plan
 *  -------------------------------+---------+--------+-----------------------------------
 *  asked for by a live operation  | any     | any    | apply
 *  removal, unusually many        | repair  | no     | hold all removals, unless forced
 *  anything else                  | repair  | no     | apply
 *  anything else                  | report  |        | hold
 *  anything else                  |         | yes    | hold
 */
export function applyPolicy(plan: Plan, facts: PolicyFacts): Decision {
  const asked = plan.changes.filter(facts.isAskedFor)
  const rest = plan.changes.filter((change) => !facts.isAskedFor(change))
  if (rest.length === 0) return { apply: asked, held: null }
  if (facts.paused) return { apply: asked, held: 'sync is paused' }
  if (facts.mode === 'report' && !facts.forced) return { apply: asked, held: 'sync only reports' }
  const removals = rest.filter(isRemoval)
  const unusual = removals.length > FEW && removals.length > facts.guardShare * facts.seen
  if (!unusual || facts.forced) return { apply: plan.changes, held: null }
  const kept = plan.changes.filter((change) => facts.isAskedFor(change) || !isRemoval(change))
  return { apply: kept, held: `${removals.length} of ${facts.seen} would be removed at once; an admin must say so` }
}

function isRemoval(change: Change): boolean {
  return REMOVALS.includes(change.kind)
}
