import { driftLine, findingLine } from '../core/parts/describe.js'
import { ownerOf } from '../core/parts/pipe.js'
import { planRest, planSandbox, viewIsAtFault, wholePlan, type Seen } from '../core/parts/plan-sandbox.js'
import { firstOfEach, joinPlans, type Change, type Plan } from '../core/parts/plan.js'
import { applyPolicy } from '../core/policy.js'
import type { DriftReport } from '../core/ports.js'
import { isOutstanding, type Sandbox, type SandboxId } from '../core/sandbox.js'
import { liveOperationOf, type State } from '../core/state.js'
import type { ConvergeParts } from './converge.js'
import { learn, stoppedByItself } from './follow.js'
import { lookAtHostKeys } from './host-keys.js'
import { look } from './world.js'

export interface FullPassOptions {
  readonly apply: boolean
  readonly force: boolean
  readonly mode: 'repair' | 'report'
  readonly paused: boolean
  readonly guardShare: number
}

export interface FullPassResult {
  readonly report: DriftReport
  /** Sandboxes whose instance or agent differs: their own loop takes them from here. */
  readonly toPoke: readonly SandboxId[]
}

/**
 * One look at everything. Routes and pipes are repaired here, all routes in one write; instances and agents by each
 * sandbox's own loop. Sandboxes with a live operation are left to that loop.
 */
export async function fullPass(
  parts: ConvergeParts,
  options: FullPassOptions,
  signal: AbortSignal,
): Promise<FullPassResult> {
  const { world, store, settings } = parts
  if (options.apply) await world.pipes.sweep()
  const seen = await look(world, 'all', 'all', signal)
  if (viewIsAtFault(store.state(), seen)) return held(parts, 'more than half of all instances are missing at once')
  if (options.apply) {
    follow(parts, seen)
    await lookAtHostKeys(parts, seen.instances, signal)
  }

  const state = store.state()
  const quiet = state.sandboxes.filter((sandbox) => liveOperationOf(state, sandbox.id) === undefined)
  const busy = state.sandboxes.filter((sandbox) => !quiet.includes(sandbox)).map((sandbox) => sandbox.id)
  const plan = joinPlans([
    ...quiet.map((sandbox) => wholePlan(planSandbox(sandbox, state, seen, settings))),
    planRest(state, seen),
  ])
  const decision = applyPolicy(plan, {
    mode: options.mode,
    paused: options.paused && !options.force,
    forced: options.force,
    guardShare: options.guardShare,
    seen: countOurs(seen),
    isAskedFor: () => false,
  })
  // A look changes nothing, and says what would be held.
  const changes = options.apply ? decision.apply : []
  await apply(parts, changes, signal)
  const instances = changes.flatMap((change) => ('wanted' in change ? instanceSandbox(change) : []))
  const unfinished = options.apply ? quiet.filter((sandbox) => isUnfinished(parts, sandbox)).map(({ id }) => id) : []
  const lost = options.apply ? lostOnes(plan, state) : []
  return {
    report: {
      at: world.clock.now(),
      applied: changes.length > 0,
      held: decision.held,
      lines: [...plan.changes.map(driftLine), ...firstOfEach(plan.findings).map(findingLine)],
    },
    toPoke: options.apply ? [...new Set([...instances, ...unfinished, ...lost, ...busy])] : [],
  }
}

function countOurs({ instances, pipes, routes }: Seen): number {
  const marked = [...instances.values()].filter((instance) => instance.sandbox !== null)
  const piped = [...pipes.values()].filter((pipe) => ownerOf(pipe) !== null)
  return marked.length + piped.length + routes.routes.size
}

/** What is wanted of it is not applied yet: a login is due, it is to go, or somebody was let in or taken out. */
function isUnfinished(parts: ConvergeParts, sandbox: Sandbox): boolean {
  return parts.logins.isDue(sandbox) || sandbox.phase === 'deleting' || isOutstanding(sandbox)
}

async function apply(parts: ConvergeParts, changes: readonly Change[], signal: AbortSignal): Promise<void> {
  const { world } = parts
  const routes = changes.filter(
    (change) =>
      change.kind === 'route.add' ||
      change.kind === 'route.change' ||
      change.kind === 'route.remove' ||
      change.kind === 'server.repair',
  )
  if (routes.length > 0) await world.routes.apply(routes, signal)
  for (const change of changes) {
    if (change.kind === 'pipe.write' || change.kind === 'pipe.remove') await world.pipes.apply(change)
  }
}

function instanceSandbox(change: Change): readonly SandboxId[] {
  const isInside = change.kind.startsWith('instance.') || change.kind.startsWith('agent.')
  return isInside && 'wanted' in change && 'sandbox' in change.wanted ? [change.wanted.sandbox] : []
}

function lostOnes(plan: Plan, state: State): readonly SandboxId[] {
  const phaseOf = (id: SandboxId): string | undefined => state.sandboxes.find((sandbox) => sandbox.id === id)?.phase
  return plan.findings.flatMap(({ finding, sandbox }) =>
    finding === 'lost' && sandbox !== null && phaseOf(sandbox) !== 'lost' ? [sandbox] : [],
  )
}

function follow(parts: ConvergeParts, seen: Seen): void {
  const before = parts.store.state()
  const learnt = before.sandboxes.flatMap((sandbox) => {
    const facts = learn(sandbox, seen.instances.get(sandbox.instance) ?? null)
    return facts === null ? [] : [{ sandbox, facts }]
  })
  if (learnt.length === 0) return
  parts.store.commit(learnt.map(({ sandbox, facts }) => ({ edit: 'sandbox.note' as const, id: sandbox.id, facts })))
  for (const { sandbox, facts } of learnt) {
    parts.announcer.sandboxChanged(sandbox.id)
    if (stoppedByItself(before, sandbox, facts)) parts.announcer.noticed(sandbox.id, { notice: 'stopped' })
  }
}

function held(parts: ConvergeParts, reason: string): FullPassResult {
  return { report: { at: parts.world.clock.now(), applied: false, held: reason, lines: [] }, toPoke: [] }
}
