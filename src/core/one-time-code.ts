import { UserError } from './errors.js'
import type { PersonId } from './person.js'
import type { State } from './state.js'

/** `pair`: who sends it becomes an admin. `link`: who sends it is the person who asked for it. */
export type CodePurpose = 'pair' | 'link'

/** A code that is good once and for a short time. Only its seal is kept. */
export interface OneTimeCode {
  readonly seal: string
  readonly purpose: CodePurpose
  /** Who asked for it; null for one that was made on the host. */
  readonly person: PersonId | null
  readonly expiresAt: Date
}

export const CODE_LIFETIME_MS = 10 * 60_000

/** The code of this seal. One that is wrong, one that was used and one that is too old are told apart by nobody. */
export function goodCode(state: State, purpose: CodePurpose, seal: string, now: Date): OneTimeCode {
  const code = state.codes.find((one) => one.seal === seal && one.purpose === purpose)
  if (code !== undefined && code.expiresAt.getTime() > now.getTime()) return code
  const fresh = purpose === 'pair' ? 'sandpiper pair, on the host' : '`/sandbox link`, where you are known'
  throw new UserError(
    'wrong-code',
    `That code is wrong, was used, or is older than ten minutes. A new one: ${fresh}. Codes work once.`,
  )
}
