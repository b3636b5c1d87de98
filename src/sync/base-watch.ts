import type { NameWatch } from './name-watch.js'

export interface BaseWatchParts {
  readonly names: Pick<NameWatch, 'look'>
  readonly base: string
  /** Outlives a restart. */
  readonly memory: { isKnown(): boolean; remember(): void }
  /** Told once in each life of the daemon. */
  readonly onRight: () => void
  readonly log: (level: 'warn', message: string, details: Record<string, unknown>) => void
}

/** A name below the base that no sandbox can have: where it leads, all lead. */
const ANY = '0'

/** Sees that DNS brings everything below the base here, as a wildcard does, and takes it for so from then on. */
export class BaseWatch {
  private isRight = false

  constructor(private readonly parts: BaseWatchParts) {}

  /** Never throws: where it cannot be remembered, the next look will. */
  async look(): Promise<void> {
    try {
      if (this.isRight || !(await this.isSeen()) || this.isRight) return
      this.isRight = true
      this.parts.onRight()
    } catch (error) {
      this.parts.log('warn', 'that DNS leads here cannot be written down', { error })
    }
  }

  private async isSeen(): Promise<boolean> {
    const { names, base, memory } = this.parts
    if (memory.isKnown()) return true
    if ((await names.look(`${ANY}.${base}`)).state !== 'here') return false
    memory.remember()
    return true
  }
}
