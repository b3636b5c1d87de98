import { grantsOf, hasLeft, isRunning, personOf, type Gives, type Grant } from '../access.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { PersonId } from '../person.js'
import type { Settings, State } from '../state.js'
import { sameSubject, subjectText, type Subject } from '../subject.js'
import type { Context } from './operation-context.js'

/** In place of what the subject had by command. What config.toml says of it wins, so that this would change nothing. */
export function putGrant(context: Context, grant: Grant): readonly Edit[] {
  const { state, settings, actor, now } = context
  demandNotConfigured(state, settings, grant.to)
  demandNotLeft(state, grant.to)
  if (grant.gives !== 'admin' || grant.until !== null) demandAnotherAdmin(context, [grant.to])
  return [{ edit: 'grant.put', grant, by: actor.person.id, at: now }]
}

export function removeGrant(context: Context, to: Subject): readonly Edit[] {
  const { state, settings } = context
  demandNotConfigured(state, settings, to)
  if (!state.grants.some((grant) => sameSubject(grant.to, to))) {
    throw new UserError(
      'not-found',
      `\`${subjectText(to)}\` has nothing that could be taken. What was granted: \`/sandbox admin grants\``,
    )
  }
  demandAnotherAdmin(context, [to])
  return [{ edit: 'grant.remove', to }]
}

/** Throws where nobody would be left who is an admin by their own name and without an end. */
export function demandAnotherAdmin(
  { state, settings, now }: Pick<Context, 'state' | 'settings' | 'now'>,
  without: readonly Subject[],
): void {
  const isLasting = (grant: Grant): boolean =>
    grant.gives === 'admin' && grant.to.kind === 'user' && isRunning(grant, now)
  const admins = grantsOf(state, settings).filter((grant) => isLasting(grant) && grant.until === null)
  const isAmong = (grant: Grant): boolean => without.some((one) => sameSubject(one, grant.to))
  if (!admins.some(isAmong) || admins.some((grant) => !isAmong(grant) && !isGone(state, grant.to))) return
  throw new UserError('not-allowed', 'That is the last admin. Make another one first: `/sandbox admin grant`')
}

/** What a grant gives, in a word or two. */
export function givesText(gives: Gives): string {
  return typeof gives === 'string' ? gives : gives.join(', ')
}

function demandNotConfigured(state: State, settings: Settings, to: Subject): void {
  const configured = grantsOf(state, settings).find((grant) => grant.from === 'config' && sameSubject(grant.to, to))
  if (configured === undefined) return
  throw new UserError(
    'not-allowed',
    `config.toml gives \`${subjectText(to)}\` ${givesText(configured.gives)}, and it wins. It can be changed there alone.`,
  )
}

function demandNotLeft(state: State, to: Subject): void {
  if (!isGone(state, to)) return
  throw new UserError(
    'not-allowed',
    `\`${subjectText(to)}\` was taken out. To bring them back: \`/sandbox admin restore ${subjectText(to)}\``,
  )
}

function isGone(state: State, { kind, platform, workspace, id }: Subject): boolean {
  if (kind !== 'user') return false
  const person: PersonId | undefined = personOf(state, { platform, workspace, user: id })?.id
  return person !== undefined && hasLeft(state, person)
}
