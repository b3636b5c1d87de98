import { InfraError } from '../core/errors.js'
import type { Announcer, InstanceHealth, InstanceKeeper, Store } from '../core/ports.js'
import type { Sandbox, SandboxId } from '../core/sandbox.js'

export interface HealthWatchParts {
  readonly instances: Pick<InstanceKeeper, 'health'>
  readonly store: Pick<Store, 'state'>
  readonly announcer: Pick<Announcer, 'noticed'>
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

/** Told from this share of the disk on, once, until it has been below the other. */
const NEARLY_FULL = 0.95
const ROOM_AGAIN = 0.9
const LOOK_LIMIT_MS = 30_000
const SIDE_BY_SIDE = 4

/** Looks into what runs, now and then: a full disk and a lack of memory show in no event. */
export class HealthWatch {
  private readonly full = new Set<SandboxId>()
  /** How many processes the kernel had killed at the last look; a first look tells nothing. */
  private readonly kills = new Map<SandboxId, number>()
  private looking: Promise<void> | null = null
  private readonly stopping = new AbortController()

  constructor(private readonly parts: HealthWatchParts) {}

  /** One look at all that run, once for however many ask meanwhile. Never throws. */
  look(): Promise<void> {
    this.looking ??= this.lookAtAll().finally(() => (this.looking = null))
    return this.looking
  }

  /** Breaks off what is being looked at. */
  async close(): Promise<void> {
    this.stopping.abort()
    await this.looking
  }

  private async lookAtAll(): Promise<void> {
    const running = this.parts.store
      .state()
      .sandboxes.filter((sandbox) => sandbox.phase === 'ready' && sandbox.power === 'running')
    const lanes = Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let next = running.shift(); next !== undefined; next = running.shift()) await this.lookAt(next)
    })
    await Promise.all(lanes)
  }

  private async lookAt(sandbox: Sandbox): Promise<void> {
    if (this.stopping.signal.aborted) return
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LOOK_LIMIT_MS)])
    try {
      const health = await this.parts.instances.health(sandbox.instance, sandbox.spec.limits.disk, signal)
      this.tellDisk(sandbox, health)
      this.tellMemory(sandbox, health)
    } catch (error) {
      if (this.stopping.signal.aborted) return
      const message = error instanceof InfraError ? error.message : 'a sandbox cannot be looked into'
      this.parts.log('warn', message, { sandbox: sandbox.name, error })
    }
  }

  private tellDisk({ id }: Sandbox, { diskUsed, diskSize }: InstanceHealth): void {
    if (diskUsed === null) return
    const share = diskUsed / diskSize
    if (share < ROOM_AGAIN) this.full.delete(id)
    if (share < NEARLY_FULL || this.full.has(id)) return
    this.full.add(id)
    this.parts.announcer.noticed(id, { notice: 'disk-full', used: diskUsed, size: diskSize })
  }

  private tellMemory({ id, spec }: Sandbox, { memoryKills }: InstanceHealth): void {
    if (memoryKills === null) return
    const before = this.kills.get(id)
    this.kills.set(id, memoryKills)
    if (before === undefined || memoryKills <= before) return
    this.parts.announcer.noticed(id, { notice: 'out-of-memory', limit: spec.limits.memory })
  }
}
