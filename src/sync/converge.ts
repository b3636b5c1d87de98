import type { Edit } from '../core/edits.js'
import { InfraError } from '../core/errors.js'
import { awaitedOf } from '../core/hosts.js'
import { isLive, type Operation } from '../core/operation.js'
import { goBack } from '../core/operations/go-back.js'
import { wantedAgent } from '../core/parts/agent.js'
import { planSandbox, wholePlan, type SandboxPlan, type Seen } from '../core/parts/plan-sandbox.js'
import type { Change, Finding } from '../core/parts/plan.js'
import { awaitedSentence } from '../core/pointing.js'
import type { Announcer, Store } from '../core/ports.js'
import { addressOf, isOutstanding, type Sandbox, type SandboxId } from '../core/sandbox.js'
import { liveOperationOf, sandboxById, type Settings } from '../core/state.js'
import type { CertificateWatch } from './certificate-watch.js'
import { learn, stoppedByItself } from './follow.js'
import type { Logins } from './logins.js'
import type { NameWatch } from './name-watch.js'
import type { Progress } from './progress.js'
import type { Records } from './records.js'
import { look, type World } from './world.js'

export interface ConvergeParts {
  readonly world: World
  readonly store: Store
  readonly settings: Settings
  readonly announcer: Announcer
  readonly logins: Logins
  readonly names: NameWatch
  readonly records: Records
  readonly certificates: Pick<CertificateWatch, 'remark' | 'soon'>
  readonly progress: Progress
  /** Whether a sandbox that nobody asks for anything may be repaired now. */
  readonly mayRepair: () => boolean
  /** How long an operation may wait for what may heal before it goes back; going back gets as long again. */
  readonly giveUpAfterMs: number
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

/** More rounds than any plan needs; what still differs then is tried again later. */
const ROUNDS = 6
const PROBE_MS = 60_000

/** The one loop for one sandbox: look, plan, apply, until there is nothing left to change. */
export class Converge {
  /** Seen missing once; a second look decides. */
  private readonly missing = new Set<SandboxId>()

  constructor(private readonly parts: ConvergeParts) {}

  /** True: look again later. Never throws. */
  async run(id: SandboxId, signal: AbortSignal): Promise<boolean> {
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const next = await this.round(id, signal)
        if (next !== 'again') return next === 'later'
      }
      return true
    } catch (error) {
      return this.failed(id, error, signal)
    }
  }

  private async round(id: SandboxId, signal: AbortSignal): Promise<'again' | 'later' | 'settled'> {
    const { store, settings, world, announcer } = this.parts
    const found = sandboxById(store.state(), id)
    if (found === undefined) return 'settled'
    await this.ensureKeys(found)
    const [seen, arrived] = await Promise.all([
      look(world, [found.instance], [found.name], signal),
      this.parts.names.arrived([found]),
    ])
    const learnt = learn(found, seen.instances.get(found.instance) ?? null)
    this.note(found, learnt)
    if (stoppedByItself(store.state(), found, learnt)) announcer.noticed(id, { notice: 'stopped' })
    if (arrived.size > 0) this.noteArrived(id, arrived)

    const state = store.state()
    const sandbox = sandboxById(state, id)
    if (sandbox === undefined) return 'settled'
    // Something else is wanted by now than what was looked for.
    if (sandbox.generation !== found.generation) return 'again'
    const operation = liveOperationOf(state, id)
    // Its record sets are seen to beside all else.
    if (operation !== undefined) this.parts.records.status(sandbox)
    const plan = planSandbox(sandbox, state, seen, settings)
    const { changes, findings } = wholePlan(plan)
    const next = this.found(sandbox, operation, findings)
    if (next !== null) return next
    const isSound = findings.length === 0
    const isDue = isSound && this.parts.logins.isDue(sandbox)
    if (changes.length === 0 && !isDue) return isSound ? this.settle(sandbox, operation, signal) : 'settled'
    // What a person's word is behind is done although sync is paused: an operation, or a wish that is not applied yet.
    const isAsked = operation !== undefined || isOutstanding(sandbox)
    if (!isAsked && changes.length > 0 && !this.parts.mayRepair()) return 'settled'

    if (operation !== undefined) this.parts.progress.plan(operation, changes)
    await this.applyAll(sandbox, operation, plan, seen, signal)
    if (operation !== undefined) this.parts.progress.waiting(operation, null)
    const delivered = await this.deliver(id)
    if (delivered || changes.length > 0) return 'again'
    // A direct message that cannot be delivered now holds nothing else back.
    await this.settle(sandbox, operation, signal)
    return 'later'
  }

  private async applyAll(
    sandbox: Sandbox,
    operation: Operation | undefined,
    plan: SandboxPlan,
    seen: Seen,
    signal: AbortSignal,
  ): Promise<void> {
    const { world } = this.parts
    const chain = async (): Promise<void> => {
      for (const change of plan.instance.changes) {
        await this.step(sandbox, operation, change, async () => {
          const detail = (text: string): void => {
            if (operation !== undefined) this.parts.progress.detail(operation, change, text)
          }
          if (isInstanceChange(change)) await world.instances.apply(change, detail, signal)
          if (isAgentChange(change)) await world.agents.apply(change, detail, signal)
        })
      }
    }
    const pipe = async (): Promise<void> => {
      for (const change of plan.pipe.changes) {
        await this.step(sandbox, operation, change, async () => {
          if (isPipeChange(change)) await world.pipes.apply(change)
        })
      }
    }
    // All are awaited to their end, so that nothing of this round runs into the next one.
    const results = await Promise.allSettled([chain(), pipe(), this.publish(sandbox, operation, seen, signal)])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Routes wait for the hash that goes into them, and go out in one write. */
  private async publish(
    sandbox: Sandbox,
    operation: Operation | undefined,
    seen: Seen,
    signal: AbortSignal,
  ): Promise<void> {
    const { logins, store, settings, world, certificates } = this.parts
    await logins.make(sandbox)
    const state = store.state()
    const now = sandboxById(state, sandbox.id)
    if (now === undefined) return
    const changes = planSandbox(now, state, seen, settings).route.changes.filter(isRouteChange)
    if (changes.length === 0) return
    this.stillWanted(sandbox)
    if (operation !== undefined) {
      this.parts.progress.plan(operation, changes)
      for (const change of changes) this.parts.progress.begin(operation, change)
    }
    await world.routes.apply(changes, signal)
    certificates.soon()
    if (operation !== undefined) for (const change of changes) this.parts.progress.end(operation, change, 'done')
  }

  private async step(
    sandbox: Sandbox,
    operation: Operation | undefined,
    change: Change,
    apply: () => Promise<void>,
  ): Promise<void> {
    this.stillWanted(sandbox)
    if (operation !== undefined) this.parts.progress.begin(operation, change)
    try {
      await apply()
    } catch (error) {
      if (operation !== undefined) this.parts.progress.end(operation, change, 'failed')
      throw error
    }
    if (operation !== undefined) this.parts.progress.end(operation, change, 'done')
  }

  /** Before each change: the generation that was planned for must still be the one that is wanted. */
  private stillWanted(sandbox: Sandbox): void {
    const now = sandboxById(this.parts.store.state(), sandbox.id)
    if (now?.generation !== sandbox.generation) throw new Overtaken()
  }

  private async deliver(id: SandboxId): Promise<boolean> {
    const sandbox = sandboxById(this.parts.store.state(), id)
    return sandbox === undefined || this.parts.logins.deliver(sandbox)
  }

  /** Nothing is left to change but record sets, which have a loop of their own: it pokes when something is new. */
  private async settle(
    sandbox: Sandbox,
    operation: Operation | undefined,
    signal: AbortSignal,
  ): Promise<'again' | 'settled'> {
    const isWaited = operation !== undefined || sandbox.phase === 'deleting'
    return (isWaited ? this.awaitRecords(sandbox, operation) : null) ?? this.finish(sandbox, operation, signal)
  }

  /** Null where nothing of DNS is missing. */
  private awaitRecords(sandbox: Sandbox, operation: Operation | undefined): 'again' | 'settled' | null {
    const { records, progress } = this.parts
    const status = records.status(sandbox)
    if (status.state === 'right') return null
    if (operation === undefined) return 'settled'
    switch (status.state) {
      case 'working':
        progress.waiting(operation, status.on)
        return 'settled'
      case 'waiting':
        progress.waiting(operation, status.on, status.until)
        return 'settled'
      case 'conflict':
        this.giveUp(sandbox, operation, status.why)
        return 'again'
      case 'failed':
        if (status.retry === 'later' && !this.waitedTooLong(operation)) {
          progress.waiting(operation, `${status.why}; trying again`)
          return 'settled'
        }
        this.giveUp(sandbox, operation, status.why)
        return 'again'
      default:
        return status satisfies never
    }
  }

  private async finish(sandbox: Sandbox, operation: Operation | undefined, signal: AbortSignal): Promise<'settled'> {
    const { store, world, announcer, logins } = this.parts
    if (sandbox.phase === 'deleting') {
      await world.keyring.forget(sandbox.id)
      logins.forget(sandbox)
      this.end(sandbox, operation, [{ edit: 'sandbox.bury', id: sandbox.id }])
      return 'settled'
    }
    const remarks = operation === undefined ? [] : await this.remarks(sandbox, operation, signal)
    const edits: Edit[] = []
    if (sandbox.appliedGeneration !== sandbox.generation) {
      edits.push({ edit: 'sandbox.note', id: sandbox.id, facts: { appliedGeneration: sandbox.generation } })
    }
    if (operation !== undefined) this.end(sandbox, operation, edits, remarks.length === 0 ? null : remarks.join(' '))
    else if (edits.length > 0) {
      store.commit(edits)
      announcer.sandboxChanged(sandbox.id)
    }
    return 'settled'
  }

  /** What a person should know although all is done. */
  private async remarks(sandbox: Sandbox, operation: Operation, signal: AbortSignal): Promise<readonly string[]> {
    const { names, records, certificates } = this.parts
    const dns = records.status(sandbox)
    const isNew = operation.verb === 'create'
    const late = isNew ? await this.late(sandbox, operation, signal) : null
    const awaited = isNew || operation.verb === 'domain' ? awaitedOf(sandbox) : []
    const slow = dns.state === 'right' && dns.remark !== null ? [dns.remark] : []
    const limit = isNew ? certificates.remark(sandbox) : null
    return [
      ...(late === null ? [] : [late]),
      ...slow,
      ...awaited.map((host) => awaitedSentence(host, names.last(host), names.here())),
      ...(limit === null ? [] : [limit]),
    ]
  }

  /** What of a new sandbox does not answer in time, as a sentence; null where all does. */
  private async late(sandbox: Sandbox, operation: Operation, signal: AbortSignal): Promise<string | null> {
    const { settings, world } = this.parts
    const { name } = sandbox
    const agent = wantedAgent(sandbox, settings)
    const parts: [string, (limit: AbortSignal) => Promise<boolean>][] = [
      [`SSH in ${name}`, (limit) => world.ssh.answers(addressOf(sandbox), settings.sshPort, limit)],
    ]
    if (agent !== null) parts.push([`the agent in ${name}`, (limit) => world.agents.answers(agent, limit)])
    const late: string[] = []
    for (const [part, answers] of parts) {
      if (!(await this.waitFor(part, operation, answers, signal))) late.push(part)
    }
    this.parts.progress.waiting(operation, null)
    return late.length === 0 ? null : `${late.join(' and ')} did not answer within ${PROBE_MS / 1000} s.`
  }

  private async waitFor(
    part: string,
    operation: Operation,
    answers: (limit: AbortSignal) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.parts.progress.waiting(operation, `${part} does not answer yet`)
    // Held by name: a timeout that only AbortSignal.any knows may be collected before it fires.
    const late = AbortSignal.timeout(PROBE_MS)
    const isThere = await answers(AbortSignal.any([signal, late]))
    if (signal.aborted) throw new Overtaken()
    const details = { operation: operation.id, late: late.aborted }
    if (!isThere) this.parts.log('warn', `${part} did not answer`, details)
    return isThere
  }

  private end(
    sandbox: Sandbox,
    operation: Operation | undefined,
    edits: readonly Edit[],
    remark: string | null = null,
  ): void {
    const { store, announcer, world } = this.parts
    const note: Edit[] = []
    const now = operation === undefined ? undefined : store.operation(operation.id)
    if (now !== undefined && isLive(now)) {
      const state = now.state === 'running' ? 'done' : now.cancelled ? 'cancelled' : 'failed'
      const endedAt = world.clock.now()
      note.push({
        edit: 'operation.note',
        id: now.id,
        change: { state, endedAt, waitingFor: null, waitingUntil: null, reason: now.reason ?? remark },
      })
    }
    store.commit([...edits, ...note])
    if (now !== undefined) announcer.operationChanged(now.id)
    announcer.sandboxChanged(sandbox.id)
  }

  /** Lost or in conflict: an operation cannot come to its end. Null where the rest may be kept as ever. */
  private found(
    sandbox: Sandbox,
    operation: Operation | undefined,
    [first]: readonly Finding[],
  ): 'again' | 'later' | null {
    if (first?.finding !== 'lost') this.missing.delete(sandbox.id)
    if (first === undefined) return null
    const isNews = first.finding === 'lost' && sandbox.phase !== 'lost'
    if (isNews && !this.missing.has(sandbox.id)) {
      this.missing.add(sandbox.id)
      return 'later'
    }
    if (isNews) {
      this.note(sandbox, { phase: 'lost', power: 'unknown', ask: null })
      this.parts.announcer.noticed(sandbox.id, { notice: 'lost' })
    }
    if (operation !== undefined) this.giveUp(sandbox, operation, `${first.subject}: ${first.detail}`)
    return isNews || operation !== undefined ? 'again' : null
  }

  private failed(id: SandboxId, error: unknown, signal: AbortSignal): boolean {
    if (error instanceof Overtaken || signal.aborted) return true
    try {
      return this.noteFailure(id, error)
    } catch (worse) {
      // The database itself fails. What is wanted stands in it, and is looked at again.
      this.parts.log('error', 'a failure could not be written down', { sandbox: id, error, worse })
      return true
    }
  }

  private noteFailure(id: SandboxId, error: unknown): boolean {
    const { store, log } = this.parts
    const state = store.state()
    const sandbox = sandboxById(state, id)
    const operation = liveOperationOf(state, id)
    const details = { sandbox: sandbox?.name ?? id, operation: operation?.id ?? null, error }
    if (!(error instanceof InfraError)) {
      log('error', 'a pass over a sandbox failed unexpectedly', details)
      return true
    }
    log('warn', error.message, details)
    if (sandbox === undefined) return false
    if (operation === undefined) {
      if (error.retry === 'later') return true
      const reason = error.sentence ?? `${error.system} refused it`
      this.parts.announcer.noticed(sandbox.id, { notice: 'repair-failed', reason })
      return false
    }
    const why =
      error.sentence ?? (error.retry === 'never' ? `${error.system} refused it` : `${error.system} does not answer`)
    if (error.retry === 'never' || this.waitedTooLong(operation)) this.giveUp(sandbox, operation, why)
    else this.parts.progress.waiting(operation, `${why}; trying again`)
    return true
  }

  /** A tombstone waits for as long as it takes: nothing else would clean up. */
  private waitedTooLong(operation: Operation): boolean {
    const isTombstone = operation.verb === 'delete' || (operation.verb === 'create' && operation.state === 'going-back')
    const limit = this.parts.giveUpAfterMs * (operation.state === 'going-back' ? 2 : 1)
    return !isTombstone && this.parts.world.clock.now().getTime() - operation.startedAt.getTime() > limit
  }

  private giveUp(sandbox: Sandbox, operation: Operation, reason: string): void {
    const { store, announcer, world } = this.parts
    const now = store.operation(operation.id) ?? operation
    if (now.state === 'running' && now.verb !== 'delete' && sandbox.phase !== 'lost') {
      store.commit(goBack(sandbox, now, reason, false))
    } else {
      const endedAt = world.clock.now()
      const phase = sandbox.phase === 'lost' ? 'lost' : 'stuck'
      store.commit([
        { edit: 'sandbox.note', id: sandbox.id, facts: { phase } },
        {
          edit: 'operation.note',
          id: now.id,
          change: { state: 'stuck', reason, endedAt, waitingFor: null, waitingUntil: null },
        },
      ])
    }
    announcer.operationChanged(now.id)
    announcer.sandboxChanged(sandbox.id)
  }

  private async ensureKeys(sandbox: Sandbox): Promise<void> {
    if (sandbox.phase === 'deleting' || (sandbox.mappingKey !== null && sandbox.hostKeys.length > 0)) return
    const keys = await this.parts.world.keyring.ensure(sandbox.id)
    this.note(sandbox, { mappingKey: keys.mapping, hostKeys: [keys.host] })
  }

  /** Of what is awaited now: more may have come while DNS was asked. Who asked is told in another way. */
  private noteArrived(id: SandboxId, arrived: ReadonlySet<string>): void {
    const { store, announcer } = this.parts
    const state = store.state()
    const now = sandboxById(state, id)
    if (now === undefined) return
    this.note(now, { awaited: now.awaited.filter((host) => !arrived.has(host)) })
    if (liveOperationOf(state, id) !== undefined) return
    for (const host of awaitedOf(now)) if (arrived.has(host)) announcer.noticed(id, { notice: 'domain', host })
  }

  private note(sandbox: Sandbox, facts: ReturnType<typeof learn>): void {
    if (facts === null) return
    this.parts.store.commit([{ edit: 'sandbox.note', id: sandbox.id, facts }])
    const shows = [facts.power, facts.phase, facts.awaited, facts.agentVersion]
    if (shows.some((fact) => fact !== undefined)) this.parts.announcer.sandboxChanged(sandbox.id)
  }
}

/** Another generation is wanted by now; the round ends and the loop looks anew. */
class Overtaken extends Error {}

type Of<Prefix extends string> = Extract<Change, { kind: `${Prefix}.${string}` }>

function isInstanceChange(change: Change): change is Of<'instance'> {
  return change.kind.startsWith('instance.')
}

function isAgentChange(change: Change): change is Of<'agent'> {
  return change.kind.startsWith('agent.')
}

function isPipeChange(change: Change): change is Of<'pipe'> {
  return change.kind.startsWith('pipe.')
}

function isRouteChange(change: Change): change is Of<'route'> | Of<'server'> {
  return change.kind.startsWith('route.') || change.kind.startsWith('server.')
}
