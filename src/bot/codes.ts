import { createHmac, randomInt } from 'node:crypto'
import { UserError } from '../core/errors.js'
import { identityText, type Identity } from '../core/person.js'
import type { Clock } from '../core/ports.js'
import { Attempts } from './attempts.js'
import { LETTERS } from './incident.js'

/** 29 to the 8th: with so few attempts, guessing one within its ten minutes is a matter of ages. */
const LENGTH = 8
const WITHIN_MS = 10 * 60_000
const MOST_BY_ONE = 5
const MOST_BY_ALL = 100

/** Codes that people carry from one place to another. Nothing keeps a code: only its seal is written down. */
export class Codes {
  private readonly wrong = new Attempts(MOST_BY_ONE, WITHIN_MS)
  private readonly wrongByAll = new Attempts(MOST_BY_ALL, WITHIN_MS)

  constructor(
    private readonly key: Uint8Array,
    private readonly clock: Clock,
  ) {}

  make(): { readonly code: string; readonly seal: string } {
    const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    const code = `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
    return { code, seal: this.seal(code) }
  }

  /** What stands for the code wherever it is written down. Small letters and other separators are the same code. */
  seal(code: string): string {
    const plain = code.toUpperCase().replace(/[^0-9A-Z]/g, '')
    return `seal:${createHmac('sha256', this.key).update(`code ${plain}`).digest('base64url')}`
  }

  /** Throws UserError where this one, or all together, have given too many wrong codes of late. */
  demandAttempt(identity: Identity): void {
    const now = this.clock.now().getTime()
    const wait = Math.max(this.wrong.wait(identityText(identity), now), this.wrongByAll.wait('', now))
    if (wait === 0) return
    throw new UserError('too-often', `Too many wrong codes. The next one can be tried in ${minutes(wait)}.`)
  }

  countWrong(identity: Identity): void {
    const now = this.clock.now().getTime()
    this.wrong.add(identityText(identity), now)
    this.wrongByAll.add('', now)
  }
}

function minutes(ms: number): string {
  const amount = Math.max(1, Math.ceil(ms / 60_000))
  return amount === 1 ? '1 minute' : `${amount} minutes`
}
