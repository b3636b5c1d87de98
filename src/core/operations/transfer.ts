import { withAccount, withoutAccount } from '../accounts.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Person } from '../person.js'
import type { Sandbox } from '../sandbox.js'
import { shown } from '../shown.js'
import { sandboxByName } from '../state.js'
import { alive, ownSandbox, type Context } from './operation-context.js'
import { demandLetIn } from './share.js'

const OPEN_FOR_MS = 7 * 24 * 3_600_000

export interface TransferRequest {
  readonly sandbox: string
  readonly to: Person
}

/** Nothing changes until the receiver accepts. In place of an offer to somebody else. */
export function offerTransfer(context: Context, request: TransferRequest): readonly Edit[] {
  const { actor, now } = context
  const sandbox = ownSandbox(context, request.sandbox, 'hand over')
  alive(sandbox)
  if (sandbox.owner === request.to.id)
    throw new UserError('invalid', `${sandbox.name} is ${request.to.name}'s already.`)
  demandLetIn(context, request.to)
  const until = new Date(now.getTime() + OPEN_FOR_MS)
  return [{ edit: 'offer.put', offer: { sandbox: sandbox.id, to: request.to.id, by: actor.person.id, at: now, until } }]
}

/** The former owner's key and login go, those of collaborators stay. What the receiver may own is asked in the commit. */
export function acceptTransfer(context: Context, name: string): readonly Edit[] {
  const { actor } = context
  const sandbox = offeredTo(context, name)
  alive(sandbox)
  return [{ edit: 'offer.remove', sandbox: sandbox.id }, ...giveSandbox(sandbox, actor.person)]
}

export function declineTransfer(context: Context, name: string): readonly Edit[] {
  const sandbox = offeredTo(context, name)
  return [{ edit: 'offer.remove', sandbox: sandbox.id }]
}

export function withdrawTransfer(context: Context, name: string): readonly Edit[] {
  const sandbox = ownSandbox(context, name, 'hand over')
  if (!context.state.offers.some((offer) => offer.sandbox === sandbox.id))
    throw new UserError('not-found', `${sandbox.name} is offered to nobody.`)
  return [{ edit: 'offer.remove', sandbox: sandbox.id }]
}

/** What makes somebody the owner. */
export function giveSandbox(sandbox: Sandbox, to: Person): readonly Edit[] {
  const without = { ...sandbox, spec: withoutAccount(sandbox, sandbox.owner) }
  return [
    { edit: 'share.remove', sandbox: sandbox.id, person: to.id },
    { edit: 'sandbox.want', id: sandbox.id, owner: to.id, spec: withAccount(without, to.id, to.name) },
  ]
}

function offeredTo({ state, actor, now }: Context, name: string): Sandbox {
  const sandbox = sandboxByName(state, name.trim().toLowerCase())
  const offer = state.offers.find((one) => one.sandbox === sandbox?.id && one.to === actor.person.id)
  if (sandbox !== undefined && offer !== undefined && offer.until.getTime() > now.getTime()) return sandbox
  throw new UserError('not-found', `Nobody offers you \`${shown(name)}\` any more. Its owner can offer it again.`)
}
