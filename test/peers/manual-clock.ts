import type { Clock } from '../../src/core/ports.js'

/** Time that a test owns. With `stepMs`, each look moves it on. */
export class ManualClock implements Clock {
  private at = Date.UTC(2026, 0, 1)
  private readonly stepMs: number

  constructor({ stepMs = 0 } = {}) {
    this.stepMs = stepMs
  }

  now(): Date {
    this.at += this.stepMs
    return new Date(this.at)
  }

  advance(ms: number): void {
    this.at += ms
  }
}
