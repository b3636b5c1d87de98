import { accessOf, hasLeft } from '../access.js'
import { withAccount, withoutAccount } from '../accounts.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Person } from '../person.js'
import { sharesOf } from '../sharing.js'
import { alive, ownSandbox, type Context } from './operation-context.js'

export interface ShareRequest {
  readonly sandbox: string
  readonly person: Person
  /** Null: without an end. */
  readonly until: Date | null
}

/** Opens the sandbox for a collaborator's keys, with a login of their own. It locks nothing. */
export function shareSandbox(context: Context, request: ShareRequest): readonly Edit[] {
  const { actor, now } = context
  const { person, until } = request
  const sandbox = ownSandbox(context, request.sandbox, 'share')
  alive(sandbox)
  if (sandbox.owner === person.id) throw new UserError('invalid', `${sandbox.name} is ${person.name}'s own.`)
  demandLetIn(context, person)
  const share = { sandbox: sandbox.id, person: person.id, by: actor.person.id, at: now, until }
  return [
    { edit: 'share.put', share },
    { edit: 'sandbox.want', id: sandbox.id, spec: withAccount(sandbox, person.id, person.name) },
  ]
}

/** Takes key and login of this collaborator out, at once. */
export function unshareSandbox(context: Context, request: Omit<ShareRequest, 'until'>): readonly Edit[] {
  const { person } = request
  const sandbox = ownSandbox(context, request.sandbox, 'take somebody out of')
  if (!sharesOf(context.state, sandbox).some((share) => share.person === person.id))
    throw new UserError('not-found', `${sandbox.name} is not shared with ${person.name}.`)
  return [
    { edit: 'share.remove', sandbox: sandbox.id, person: person.id },
    { edit: 'sandbox.want', id: sandbox.id, spec: withoutAccount(sandbox, person.id) },
  ]
}

/** Nothing is opened to somebody whom no grant lets in. */
export function demandLetIn({ state, settings, now }: Context, person: Person): void {
  const isIn = person.identities.some(
    (identity) => accessOf(state, settings, { identity, groups: [], room: '', isPrivate: true }, now).role !== null,
  )
  if (isIn && !hasLeft(state, person.id)) return
  throw new UserError(
    'not-allowed',
    `${person.name} is not let in here at the moment. An admin can let them in; or they say something to me first, where they are.`,
  )
}
