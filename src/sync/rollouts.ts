import { randomUUID } from 'node:crypto'
import { nextWave } from '../core/rollout.js'
import type { SandboxId } from '../core/sandbox.js'
import type { ConvergeParts } from './converge.js'

export interface RolloutsParts extends Pick<ConvergeParts, 'store' | 'announcer' | 'log' | 'world'> {
  readonly poke: (sandboxes: readonly SandboxId[]) => void
}

/** Brings a rollout on when a wave has ended. All of it is in the database: a new start goes on where it was. */
export class Rollouts {
  constructor(private readonly parts: RolloutsParts) {}

  /** Never throws. */
  advance(): void {
    const { store, announcer, world, poke, log } = this.parts
    try {
      const state = store.state()
      if (state.rollout === null) return
      const operation = (id: string) => store.operation(id)
      const next = nextWave(state.rollout, { state, operation, now: world.clock.now(), newId: randomUUID })
      if (next === null) return
      store.commit(next.edits)
      announcer.rolloutChanged(next.rollout)
      poke(next.sandboxes)
    } catch (error) {
      // Somebody started something on one of them a moment ago; the next look takes another.
      log('warn', 'the next agents could not be updated', { error })
    }
  }
}
