import type { Operation, Step } from '../core/operation.js'
import { stepLabel } from '../core/parts/describe.js'
import { placeOf } from '../core/parts/record-set.js'
import type { Change } from '../core/parts/plan.js'
import type { Announcer, Clock, Store } from '../core/ports.js'

/** Writes an operation's steps down as they happen, and lets people know. */
export class Progress {
  constructor(
    private readonly store: Store,
    private readonly announcer: Announcer,
    private readonly clock: Clock,
  ) {}

  plan(operation: Operation, changes: readonly Change[]): void {
    const planned = changes.flatMap((change): Step[] => {
      const label = stepLabel(change)
      if (label === null) return []
      return [{ key: stepKey(change), label, detail: '', state: 'waiting', startedAt: null, endedAt: null }]
    })
    const steps = this.stepsOf(operation)
    const fresh = planned.filter((step) => !steps.some((one) => one.key === step.key))
    if (fresh.length > 0) this.save(operation, [...steps, ...fresh])
  }

  begin(operation: Operation, change: Change): void {
    this.change(operation, change, { state: 'running', startedAt: this.clock.now(), endedAt: null })
  }

  detail(operation: Operation, change: Change, detail: string): void {
    this.change(operation, change, { detail })
  }

  end(operation: Operation, change: Change, state: 'done' | 'failed'): void {
    this.change(operation, change, { state, endedAt: this.clock.now() })
  }

  /** `until`: when it is over, where that is known. */
  waiting(operation: Operation, waitingFor: string | null, until: Date | null = null): void {
    const now = this.store.operation(operation.id)
    const isSame = (now?.waitingFor ?? null) === waitingFor
    if (isSame && (now?.waitingUntil ?? null)?.getTime() === until?.getTime()) return
    this.store.commit([{ edit: 'operation.note', id: operation.id, change: { waitingFor, waitingUntil: until } }])
    this.announcer.operationChanged(operation.id)
  }

  private change(operation: Operation, change: Change, to: Partial<Step>): void {
    const key = stepKey(change)
    const steps = this.stepsOf(operation)
    if (!steps.some((step) => step.key === key)) return
    this.save(
      operation,
      steps.map((step) => (step.key === key ? { ...step, ...to } : step)),
    )
  }

  private stepsOf(operation: Operation): readonly Step[] {
    return this.store.operation(operation.id)?.steps ?? []
  }

  private save(operation: Operation, steps: readonly Step[]): void {
    this.store.commit([{ edit: 'operation.note', id: operation.id, change: { steps } }])
    this.announcer.operationChanged(operation.id)
  }
}

function stepKey(change: Change): string {
  switch (change.kind) {
    case 'route.add':
    case 'route.change':
      return `route ${change.wanted.host}`
    case 'route.remove':
      return `route.remove ${change.id}`
    case 'record.write':
      return `record ${placeOf(change.wanted)}`
    case 'record.remove':
      return `record.remove ${placeOf(change.before)}`
    default:
      return change.kind
  }
}
