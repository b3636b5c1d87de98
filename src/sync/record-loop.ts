import { setImmediate as nextTurn } from 'node:timers/promises'
import { InfraError } from '../core/errors.js'
import type { RecordOwner } from '../core/parts/record-set.js'
import { keptBy, keptNames, wantedAt, type KeptName, type Zone } from '../core/parts/wanted-records.js'
import type { Announcer, DnsTrouble, DriftReport } from '../core/ports.js'
import type { Sandbox, SandboxId } from '../core/sandbox.js'
import { liveOperationOf } from '../core/state.js'
import type { Schedule } from './queue.js'
import { addressLines, linesByHand, troubleLines, unseenLines } from './record-remarks.js'
import { RecordRetries } from './record-retries.js'
import { RecordServing } from './record-serving.js'
import { sortByZone, type Sorted } from './record-sorting.js'
import { right, type RecordStatus } from './record-status.js'
import { keepZone, pacing, type RecordPolicy, type RecordZoneParts, type ZonePass } from './record-zone.js'
import type { Records } from './records.js'

export interface RecordParts extends RecordZoneParts {
  readonly announcer: Announcer
  readonly policy: () => Pick<RecordPolicy, 'mode' | 'paused' | 'guardShare'>
  /** Something is new about these sandboxes' record sets. */
  readonly poke: (sandboxes: readonly SandboxId[]) => void
  readonly schedule: Schedule
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

interface Known {
  /** The names that it is about: another set of names is another question. */
  readonly about: string
  readonly status: RecordStatus
  /** Those of the names that are in a zone of ours. */
  readonly inZones: ReadonlySet<string>
}

/**
 * The one writer of all record sets. Sandboxes whose record sets an operation changes are gathered and looked at at
 * once, everything on a schedule of its own; each pass makes one call for each zone that something changes in.
 */
export class RecordLoop implements Records {
  private readonly known = new Map<RecordOwner, Known>()
  private readonly due = new Set<RecordOwner>()
  private readonly stopping = new AbortController()
  private readonly serving: RecordServing
  private readonly retries: RecordRetries
  private turn: Promise<unknown> = Promise.resolve()
  private isGathering = false
  private troubles: readonly DnsTrouble[] | null = null

  constructor(private readonly parts: RecordParts) {
    this.serving = new RecordServing(parts, this.stopping.signal)
    this.retries = new RecordRetries(parts.schedule, parts.clock, (owner) => this.request(owner))
  }

  status(sandbox: Sandbox): RecordStatus {
    const about = aboutOf(this.kept(sandbox))
    if (about === '') return right
    const known = this.known.get(sandbox.id)
    if (known?.about === about) return known.status
    this.request(sandbox.id)
    return { state: 'working', on: 'DNS' }
  }

  isRight(host: string): boolean {
    return [...this.known.values()].some(({ status, inZones }) => status.state === 'right' && inZones.has(host))
  }

  async pass({ apply, force = false }: { readonly apply: boolean; readonly force?: boolean }): Promise<DriftReport> {
    return this.inTurn(() => this.everything(apply, force))
  }

  tick(): void {
    this.pass({ apply: true }).then(
      (report) => this.parts.announcer.drift(report),
      (error: unknown) => this.logFailure(error),
    )
  }

  /** What waits for its time does not count. */
  async settled(): Promise<void> {
    do {
      await this.turn
      await this.serving.settled()
    } while (this.isGathering)
  }

  async close(): Promise<void> {
    this.stopping.abort()
    this.retries.close()
    await this.settled()
  }

  private kept(sandbox: Sandbox): readonly KeptName[] {
    const { base, dns, store } = this.parts
    return keptBy(sandbox, store.state(), base, dns.mode)
  }

  private request(owner: RecordOwner): void {
    this.due.add(owner)
    if (this.isGathering || this.stopping.signal.aborted) return
    this.isGathering = true
    const gathered = this.inTurn(async () => {
      // Whoever comes in this turn of the event loop goes along.
      await nextTurn()
      this.isGathering = false
      const owners = new Set(this.due)
      this.due.clear()
      await this.some(owners)
    })
    gathered.catch((error: unknown) => this.logFailure(error))
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.turn.then(run)
    this.turn = result.catch(() => undefined)
    return result
  }

  /** What operations changed. Where a zone takes no change yet, it is not even asked. */
  private async some(owners: ReadonlySet<RecordOwner>): Promise<void> {
    const { keeper, clock } = this.parts
    const sorted = await this.sorted(this.names().filter(({ owner }) => owners.has(owner)))
    const { zones, statuses } = sorted
    await Promise.all(
      zones.map(async ({ zone, names }) => {
        const wait = keeper.writableIn(zone)
        const waiting = new Set(wait > 0 ? names.filter(({ isWanted }) => isWanted).map(({ owner }) => owner) : [])
        for (const owner of waiting) statuses.add(owner, pacing(zone, wait, clock))
        // What has to go may not even be there: that is worth a look.
        const rest = names.filter(({ owner }) => !waiting.has(owner))
        if (rest.length > 0) await this.keep(zone, rest, sorted, { ...this.parts.policy(), forced: false })
      }),
    )
    this.take(sorted)
  }

  private async everything(apply: boolean, force: boolean): Promise<DriftReport> {
    const { mode, paused, guardShare } = this.parts.policy()
    const policy: RecordPolicy = {
      mode: apply ? mode : 'report',
      paused: paused && !force,
      forced: force && apply,
      guardShare,
    }
    const sorted = await this.sorted(this.names())
    // Rights are looked at when the service starts, and until they are there.
    if (apply && (this.troubles === null || this.troubles.length > 0)) await this.lookForTroubles()
    const passes = await Promise.all(sorted.zones.map(({ zone, names }) => this.keep(zone, names, sorted, policy)))
    const unseen = sorted.zones.filter((_, index) => passes[index] === null).map(({ zone }) => zone.name)
    if (apply) this.take(sorted)
    const done = passes.filter((pass) => pass !== null)
    const held = done.map((pass) => pass.held).find((why) => why !== null) ?? null
    return {
      at: this.parts.clock.now(),
      applied: done.some(({ hasChanged }) => hasChanged),
      held: apply ? held : null,
      lines: [
        ...done.flatMap(({ lines }) => lines),
        ...unseenLines([...unseen, ...sorted.lost]),
        ...(await this.remarks(sorted)),
      ],
    }
  }

  private async lookForTroubles(): Promise<void> {
    const { keeper, base, dns, log } = this.parts
    if (dns.mode === 'by-hand') return
    try {
      this.troubles = await keeper.troubles(base, this.stopping.signal)
      for (const { subject, detail } of this.troubles) log('warn', `DNS: ${detail}`, { subject })
    } catch (error) {
      this.logFailure(error)
    }
  }

  /** What only a person can put right. */
  private async remarks({ addresses }: Sorted): Promise<DriftReport['lines']> {
    const { keeper, base, dns } = this.parts
    const { signal } = this.stopping
    try {
      const isKept = dns.mode !== 'by-hand' && (await keeper.zoneOf(base, signal)) !== null
      if (!isKept) return [...addressLines(addresses), ...(await linesByHand(keeper, base, addresses, signal))]
      return [...addressLines(addresses), ...troubleLines(this.troubles ?? [])]
    } catch (error) {
      this.logFailure(error)
      return addressLines(addresses)
    }
  }

  private names(): readonly KeptName[] {
    const { store, base, dns } = this.parts
    return keptNames(store.state(), base, dns.mode)
  }

  private sorted(names: readonly KeptName[]): Promise<Sorted> {
    return sortByZone(this.parts.keeper, names, (error) => this.failed(error, 'DNS'), this.stopping.signal)
  }

  private async keep(
    zone: Zone,
    names: readonly KeptName[],
    { addresses, statuses }: Sorted,
    policy: RecordPolicy,
  ): Promise<ZonePass | null> {
    try {
      const pass = await keepZone(this.parts, zone, names, addresses, policy, this.stopping.signal)
      for (const [owner, status] of pass.statuses.entries()) statuses.add(owner, status)
      return pass
    } catch (error) {
      for (const { owner } of names) statuses.add(owner, this.failed(error, zone.label))
      return null
    }
  }

  /** Notes how it stands, sees that it goes on, and pokes those sandboxes for which it is new. */
  private take(sorted: Sorted): void {
    const { store, poke } = this.parts
    const state = store.state()
    for (const [owner, status] of sorted.statuses.entries()) {
      this.retries.take(owner, status)
      const sandbox = state.sandboxes.find(({ id }) => id === owner)
      if (sandbox === undefined) continue
      const kept = this.kept(sandbox)
      // Something else is wanted by now: this verdict is about the past.
      if (!kept.every((name) => sorted.names.some((one) => isSameName(one, name)))) {
        this.request(owner)
        continue
      }
      const about = aboutOf(kept)
      const known = this.known.get(owner)
      const isSettled = known?.about === about && known.status.state === 'right'
      if (isSettled && status.state === 'right') continue
      const isWaitedFor = !isSettled && liveOperationOf(state, owner) !== undefined
      const shown = status.state === 'right' && isWaitedFor ? this.serve(sandbox, about, sorted) : status
      this.known.set(owner, { about, status: shown, inZones: inZonesOf(owner, sorted) })
      poke([owner])
    }
  }

  private serve(sandbox: Sandbox, about: string, { zones, addresses }: Sorted): RecordStatus {
    const { dns, poke } = this.parts
    const own = zones.flatMap(({ zone, names }) => {
      const wanted = names.filter(({ owner, isWanted }) => isWanted && owner === sandbox.id)
      const sets = wanted.flatMap((name) => wantedAt(name, zone, addresses, dns)).map(({ set }) => set)
      return sets.length === 0 ? [] : [{ zone, sets }]
    })
    return this.serving.begin(sandbox, about, own, (status) => {
      const known = this.known.get(sandbox.id)
      if (known?.about !== about) return
      this.known.set(sandbox.id, { ...known, status })
      poke([sandbox.id])
    })
  }

  private failed(error: unknown, label: string): RecordStatus {
    if (!(error instanceof InfraError)) {
      this.logFailure(error)
      return { state: 'failed', why: `${label} gives no good answer`, retry: 'later' }
    }
    if (error.afterMs !== undefined) return pacing({ label }, error.afterMs, this.parts.clock)
    this.logFailure(error)
    return { state: 'failed', why: error.sentence ?? `${label} does not answer`, retry: error.retry }
  }

  private logFailure(error: unknown): void {
    if (this.stopping.signal.aborted) return
    const isForeign = error instanceof InfraError
    this.parts.log(isForeign ? 'warn' : 'error', isForeign ? error.message : 'a pass over record sets failed', {
      error,
    })
  }
}

function inZonesOf(owner: RecordOwner, { zones }: Sorted): ReadonlySet<string> {
  const own = zones.flatMap(({ names }) => names.filter((one) => one.owner === owner && one.isWanted))
  return new Set(own.map(({ name }) => name))
}

/** '' where there are none. */
function aboutOf(kept: readonly KeptName[]): string {
  return kept.map(({ name, isWanted }) => (isWanted ? name : `-${name}`)).join(' ')
}

function isSameName(a: KeptName, b: KeptName): boolean {
  return a.name === b.name && a.owner === b.owner && a.isWanted === b.isWanted
}
