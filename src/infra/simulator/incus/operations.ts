import { randomUUID } from 'node:crypto'
import type { EventHub } from './events.js'
import { STATUS, type StatusWord } from './model.js'
import { IncusRefusal } from './reply.js'

/** Incus forgets an ended operation after 5 s; those who ask later get 404. */
const REMEMBERED_MS = 5_000

export interface OperationView {
  id: string
  class: 'task' | 'websocket'
  description: string
  created_at: string
  updated_at: string
  status: StatusWord
  status_code: number
  resources: Record<string, string[]>
  metadata: Record<string, unknown> | null
  may_cancel: boolean
  err: string
  location: 'none'
}

export type Progress = (metadata: Record<string, unknown>) => void

/** Background work, in the shape that `/1.0/operations` shows. */
export class Operations {
  private readonly live = new Map<string, { view: OperationView; ended: Promise<void> }>()

  constructor(private readonly events: EventHub) {}

  /** Starts `work` and answers at once. What it throws becomes the operation's `err`. */
  run(
    description: string,
    resources: Record<string, string[]>,
    work: (tell: Progress) => Promise<void>,
    kind: Pick<OperationView, 'class' | 'metadata'> = { class: 'task', metadata: null },
  ): OperationView {
    const now = new Date().toISOString()
    const view: OperationView = {
      id: randomUUID(),
      description,
      created_at: now,
      updated_at: now,
      status: 'Running',
      status_code: STATUS.Running,
      resources,
      ...kind,
      may_cancel: false,
      err: '',
      location: 'none',
    }
    this.events.operation(view)
    const tell: Progress = (metadata) => {
      view.metadata = { ...view.metadata, ...metadata }
      this.touch(view)
    }
    this.live.set(view.id, { view, ended: this.follow(view, work(tell)) })
    return { ...view }
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.live.values()].map((one) => one.ended))
  }

  get(id: string): OperationView {
    return this.find(id).view
  }

  all(): OperationView[] {
    return [...this.live.values()].map((one) => one.view)
  }

  /** `timeoutSeconds` below 0: as long as it takes. After the time the operation is answered as it stands. */
  async wait(id: string, timeoutSeconds: number): Promise<OperationView> {
    const { view, ended } = this.find(id)
    if (timeoutSeconds < 0) await ended
    else {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutSeconds * 1000)))
      await Promise.race([ended, late])
      clearTimeout(timer)
    }
    return view
  }

  private find(id: string): { view: OperationView; ended: Promise<void> } {
    const found = this.live.get(id)
    if (found === undefined) throw new IncusRefusal(404, 'Operation not found')
    return found
  }

  private async follow(view: OperationView, work: Promise<void>): Promise<void> {
    try {
      await work
      this.end(view, 'Success', '')
    } catch (error) {
      this.end(view, 'Failure', error instanceof Error ? error.message : String(error))
    }
  }

  private end(view: OperationView, status: StatusWord, err: string): void {
    Object.assign(view, { status, status_code: STATUS[status], err })
    this.touch(view)
    setTimeout(() => this.live.delete(view.id), REMEMBERED_MS).unref()
  }

  private touch(view: OperationView): void {
    view.updated_at = new Date().toISOString()
    this.events.operation(view)
  }
}
