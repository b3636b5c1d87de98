import { mayBecome, type Sandbox } from '../sandbox.js'
import { entrantsOf } from '../sharing.js'
import type { Settings, State } from '../state.js'
import { planAgent, wantedAgent } from './agent.js'
import { planInstance, type SeenInstance } from './instance.js'
import { ownerOf, planPipe, wantedPipe, type SeenPipe } from './pipe.js'
import { joinPlans, type Change, type Finding, type Plan } from './plan.js'
import { parseRouteId, planRoutes, wantedRoutes, type RouteChange, type SeenRoutes } from './route.js'

/** The world, as far as it was looked at. */
export interface Seen {
  readonly instances: ReadonlyMap<string, SeenInstance>
  readonly pipes: ReadonlyMap<string, SeenPipe>
  readonly routes: SeenRoutes
}

export interface SandboxPlan {
  /** Of the instance and of the agent in it, in their order. */
  readonly instance: Plan
  readonly pipe: Plan
  readonly route: Plan
}

/** All that differs between what is wanted of one sandbox and what is there. */
export function planSandbox(sandbox: Sandbox, state: State, seen: Seen, settings: Settings): SandboxPlan {
  const entrants = entrantsOf(state, sandbox)
  const keys = state.keys.filter((key) => entrants.has(key.person))
  // Fail closed: a login that is left over opens nothing to one who may not enter.
  const accounts = sandbox.spec.accounts.filter((account) => entrants.has(account.person))
  const open = { ...sandbox, spec: { ...sandbox.spec, accounts } }
  const instance = seen.instances.get(sandbox.instance) ?? null
  return {
    instance: withAgent(planInstance(sandbox, instance), planAgent(sandbox, wantedAgent(sandbox, settings), instance)),
    pipe: planPipe(sandbox, wantedPipe(sandbox, keys, settings), seen.pipes.get(sandbox.name) ?? null),
    route: planRoutes(sandbox, wantedRoutes(open, settings), seen.routes),
  }
}

/** The agent's files go in ahead of a start, so that it answers from the first moment; everything else waits its turn. */
function withAgent(instance: Plan, agent: Plan): Plan {
  const at = instance.changes.findIndex(({ kind }) => kind === 'instance.start')
  const isFirst = ({ kind }: Change): boolean => at >= 0 && (kind === 'agent.install' || kind === 'agent.configure')
  const ahead = agent.changes.filter(isFirst)
  const behind = agent.changes.filter((change) => !isFirst(change))
  const start = at < 0 ? instance.changes.length : at
  return {
    changes: [...instance.changes.slice(0, start), ...ahead, ...instance.changes.slice(start), ...behind],
    findings: instance.findings,
  }
}

export function wholePlan(plan: SandboxPlan): Plan {
  return joinPlans([plan.instance, plan.pipe, plan.route])
}

/** What belongs to no sandbox: the server itself, remnants of buried sandboxes, and what is not ours. */
export function planRest(state: State, seen: Seen): Plan {
  const known = new Set(state.sandboxes.map((sandbox) => sandbox.id))
  const routes = restOfRoutes(state, seen, known)
  const server: RouteChange[] =
    seen.routes.server.state === 'wrong' ? [{ kind: 'server.repair', detail: seen.routes.server.detail }] : []
  return joinPlans([
    { changes: server, findings: [] },
    routes,
    restOfPipes(state, seen, known),
    restOfInstances(seen, known),
  ])
}

function restOfRoutes(state: State, seen: Seen, known: ReadonlySet<string>): Plan {
  const changes: RouteChange[] = []
  const findings: Finding[] = []
  for (const id of seen.routes.routes.keys()) {
    const sandbox = parseRouteId(id)?.sandbox ?? null
    if (sandbox === null || known.has(sandbox)) continue
    if (state.buried.has(sandbox)) changes.push({ kind: 'route.remove', id, sandbox, host: null })
    else
      findings.push({ finding: 'orphan', part: 'route', subject: id, sandbox, detail: 'its sandbox is not known here' })
  }
  return { changes, findings }
}

function restOfPipes(state: State, seen: Seen, known: ReadonlySet<string>): Plan {
  const plans: Plan[] = []
  for (const [name, pipe] of seen.pipes) {
    const sandbox = ownerOf(pipe)
    if (sandbox !== null && known.has(sandbox)) continue
    if (sandbox !== null && state.buried.has(sandbox)) {
      plans.push({ changes: [{ kind: 'pipe.remove', name, sandbox, reason: 'the sandbox is deleted' }], findings: [] })
      continue
    }
    const finding = sandbox === null ? 'foreign' : 'orphan'
    const detail = sandbox === null ? 'not ours, left alone' : 'its sandbox is not known here'
    plans.push({ changes: [], findings: [{ finding, part: 'pipe', subject: name, sandbox, detail }] })
  }
  return joinPlans(plans)
}

/** An instance without a sandbox is never deleted, buried or not: nobody's word stands behind that. */
function restOfInstances(seen: Seen, known: ReadonlySet<string>): Plan {
  const findings: Finding[] = []
  for (const instance of seen.instances.values()) {
    if (instance.sandbox !== null && known.has(instance.sandbox)) continue
    const ours = instance.sandbox !== null
    findings.push({
      finding: ours ? 'orphan' : 'foreign',
      part: 'instance',
      subject: instance.name,
      sandbox: instance.sandbox,
      detail: ours ? 'its sandbox is not known here' : 'not ours, left alone',
    })
  }
  return { changes: [], findings }
}

/** When more than half of all born instances are missing at once, it is the view that is at fault. */
export function viewIsAtFault(state: State, seen: Seen): boolean {
  const born = state.sandboxes.filter((sandbox) => mayBecome(sandbox.phase, 'lost') && sandbox.phase !== 'lost')
  const missing = born.filter((sandbox) => !seen.instances.has(sandbox.instance))
  return missing.length > 2 && missing.length * 2 > born.length
}
