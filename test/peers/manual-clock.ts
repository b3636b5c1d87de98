import type { Clock } from '../../src/core/ports.js'

/** Time that a test owns. */
export class ManualClock implements Clock {
  private at = Date.UTC(2026, 0, 1)
  /** Milliseconds by which each look moves it on. */
  step: number

  constructor({ stepMs = 0 } = {}) {
    this.step = stepMs
  }

  now(): Date {
    this.at += this.step
    return new Date(this.at)
  }

  advance(ms: number): void {
    this.at += ms
  }
}
