import { grantsOf } from '../access.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { CODE_LIFETIME_MS, goodCode, type CodePurpose } from '../one-time-code.js'
import type { PersonId } from '../person.js'
import { sameSubject, userSubject } from '../subject.js'
import type { Context } from './operation-context.js'

export function newCode(purpose: CodePurpose, person: PersonId | null, seal: string, now: Date): readonly Edit[] {
  const expiresAt = new Date(now.getTime() + CODE_LIFETIME_MS)
  return [{ edit: 'code.put', code: { seal, purpose, person, expiresAt } }]
}

/** Who sends a code that was made on the host is an admin, unless config.toml says otherwise of them. */
export function pair(context: Context, seal: string): readonly Edit[] {
  const { state, settings, origin, now, actor } = context
  const to = userSubject(origin.identity)
  const code = goodCode(state, 'pair', seal, now)
  const configured = grantsOf(state, settings).find((grant) => grant.from === 'config' && sameSubject(grant.to, to))
  if (configured !== undefined && configured.gives !== 'admin') {
    throw new UserError(
      'not-allowed',
      'config.toml says what you may do, and it wins. It can be changed there alone; the code stays good.',
    )
  }
  const isBack = state.departures.some((one) => one.person === actor.person.id)
  return [
    { edit: 'code.use', seal: code.seal },
    { edit: 'grant.put', grant: { to, gives: 'admin', until: null }, by: null, at: now },
    ...(isBack ? [{ edit: 'departure.remove' as const, person: actor.person.id }] : []),
  ]
}
