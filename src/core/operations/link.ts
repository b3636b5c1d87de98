import { hasLeft } from '../access.js'
import { withoutAccount } from '../accounts.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Joining } from '../joining.js'
import { goodCode } from '../one-time-code.js'
import { identityText, sameIdentity, type Identity, type Person, type PersonId } from '../person.js'
import type { Account, Sandbox, SandboxSpec } from '../sandbox.js'
import { sharesOf } from '../sharing.js'
import { sandboxById, type State } from '../state.js'
import { sameSubject, userSubject } from '../subject.js'
import type { Context } from './operation-context.js'

export interface LinkRequest {
  readonly seal: string
  /** They have been told what becomes of what they own. */
  readonly isConfirmed: boolean
}

export interface Linked {
  readonly edits: readonly Edit[]
  readonly to: Person
}

/**
 * Whoever sends the code is the person who asked for it: all of their identities become that person's, and with them
 * what they own. A record of it is kept, so that parting gives it back.
 */
export function linkByCode(context: Context, { seal, isConfirmed }: LinkRequest): Linked {
  const { state, now, actor, origin } = context
  const code = goodCode(state, 'link', seal, now)
  const to = state.persons.find((person) => person.id === code.person)
  if (to === undefined || hasLeft(state, to.id)) {
    throw new UserError('not-allowed', 'The one who asked for that code was taken out. Ask an admin.')
  }
  const from = actor.person
  if (to.id === from.id)
    throw new UserError('invalid', 'That is you already. Send the code where you are not known yet.')
  if (hasLeft(state, from.id)) throw new UserError('not-allowed', 'You were taken out here. Ask an admin.')
  const moved = thingsOf(state, from, to, origin.identity)
  const isEmpty = moved.sandboxes.length + moved.keys.length + moved.shares.length === 0
  if (!isEmpty && !isConfirmed) throw unconfirmed(state, to, moved, seal)
  const joining: Joining = { id: context.newId(), from: from.id, to: to.id, at: now, moved }
  return {
    to,
    edits: [{ edit: 'code.use', seal }, ...moveEdits(state, moved, from, to), { edit: 'joining.put', joining }],
  }
}

/**
 * Takes an identity off the person: what came with it goes back with it; what was the person's stays where the other
 * identities are.
 */
export function partIdentity(context: Context, person: Person, identity: Identity): readonly Edit[] {
  const { state } = context
  if (!person.identities.some((one) => sameIdentity(one, identity))) {
    throw new UserError('not-found', `\`${identityText(identity)}\` is not one of ${person.name}'s identities.`)
  }
  if (person.identities.length === 1) {
    throw new UserError(
      'invalid',
      `\`${identityText(identity)}\` is ${person.name}'s only identity; there is nothing to part.`,
    )
  }
  const text = identityText(identity)
  const joining = state.joinings.findLast((one) => one.to === person.id && one.moved.identities.includes(text))
  const former = state.persons.find((one) => one.id === joining?.from)
  if (joining === undefined || former === undefined) return partAlone(context, person, identity)
  return [...moveEdits(state, stillThere(state, joining), person, former), { edit: 'joining.remove', id: joining.id }]
}

/**
 * An account that its platform says is gone, of a person who is still there by another one: it takes nothing with it,
 * has nothing granted any more, and is let in by nothing until an admin brings it back.
 */
export function partDeparted(
  state: State,
  person: Person,
  identity: Identity,
  { id, now }: { readonly id: PersonId; readonly now: Date },
): readonly Edit[] {
  const alone: Person = { id, name: person.name, identities: [], isMuted: person.isMuted }
  const text = identityText(identity)
  const taken = { stopped: [], passed: [], shares: [] }
  return [
    { edit: 'person.add', person: alone },
    { edit: 'identity.move', identity, to: id },
    { edit: 'departure.put', departure: { person: id, at: now, by: null, until: now, taken } },
    ...state.grants
      .filter(({ to }) => sameSubject(to, userSubject(identity)))
      .map(({ to }): Edit => ({ edit: 'grant.remove', to })),
    ...state.joinings
      .filter((one) => one.to === person.id && one.moved.identities.includes(text))
      .map((one): Edit => ({ edit: 'joining.remove', id: one.id })),
  ]
}

/** One that was the person's own from the beginning: it leaves with nothing. */
function partAlone({ newId }: Context, person: Person, identity: Identity): readonly Edit[] {
  const alone: Person = { id: newId(), name: person.name, identities: [], isMuted: person.isMuted }
  return [
    { edit: 'person.add', person: alone },
    { edit: 'identity.move', identity, to: alone.id },
  ]
}

/** What would be the other person's. */
function thingsOf(state: State, from: Person, to: Person, speaking: Identity): Joining['moved'] {
  const identities = from.identities.length === 0 ? [speaking] : from.identities
  const known = state.keys.filter((key) => key.person === to.id).map((key) => key.fingerprint)
  const isOwn = (sandbox: Sandbox | undefined): boolean => sandbox?.owner === to.id || sandbox?.owner === from.id
  return {
    identities: identities.map(identityText),
    sandboxes: state.sandboxes.filter((sandbox) => sandbox.owner === from.id).map(({ id }) => id),
    keys: state.keys.filter((key) => key.person === from.id && !known.includes(key.fingerprint)).map(({ id }) => id),
    shares: state.shares
      .filter((share) => share.person === from.id && !isOwn(sandboxById(state, share.sandbox)))
      .map((share) => share.sandbox),
  }
}

/** Of what came with it: what has not been handed on, removed or deleted since. */
function stillThere(state: State, { moved, to }: Joining): Joining['moved'] {
  const person = state.persons.find((one) => one.id === to)
  const texts = person?.identities.map(identityText) ?? []
  return {
    identities: moved.identities.filter((one) => texts.includes(one)),
    sandboxes: moved.sandboxes.filter((id) => sandboxById(state, id)?.owner === to),
    keys: moved.keys.filter((id) => state.keys.some((key) => key.id === id && key.person === to)),
    shares: moved.shares.filter((id) => state.shares.some((one) => one.sandbox === id && one.person === to)),
  }
}

function moveEdits(state: State, moved: Joining['moved'], from: Person, to: Person): readonly Edit[] {
  const touched = state.sandboxes.filter(({ id }) => moved.sandboxes.includes(id) || moved.shares.includes(id))
  return [
    ...moved.identities.map((text): Edit => ({ edit: 'identity.move', identity: readIdentity(text), to: to.id })),
    ...moved.keys.map((id): Edit => ({ edit: 'key.give', id, to: to.id })),
    ...moved.shares.flatMap((sandbox) => shareEdits(state, sandbox, from, to)),
    ...touched.map((sandbox): Edit => ({
      edit: 'sandbox.want',
      id: sandbox.id,
      ...(sandbox.owner === from.id ? { owner: to.id } : {}),
      spec: withAccountOf(sandbox, from, to),
    })),
    // The owner's own sandbox is shared with them no more.
    ...touched
      .filter((sandbox) => sandbox.owner === from.id)
      .map(({ id }): Edit => ({ edit: 'share.remove', sandbox: id, person: to.id })),
  ]
}

function shareEdits(state: State, sandbox: string, from: Person, to: Person): readonly Edit[] {
  const share = state.shares.find((one) => one.sandbox === sandbox && one.person === from.id)
  const found = sandboxById(state, sandbox)
  if (share === undefined || found === undefined) return []
  const isShared = sharesOf(state, found).some((one) => one.person === to.id)
  return [
    { edit: 'share.remove', sandbox, person: from.id },
    ...(isShared ? [] : [{ edit: 'share.put' as const, share: { ...share, person: to.id } }]),
  ]
}

/** The login stays the same one, whoever it belongs to; where both have one, the receiver's stays. */
function withAccountOf(sandbox: Sandbox, from: Person, to: Person): SandboxSpec {
  if (sandbox.spec.accounts.some((account) => account.person === to.id)) return withoutAccount(sandbox, from.id)
  const accounts = sandbox.spec.accounts.map((account): Account => {
    return account.person === from.id ? { ...account, person: to.id } : account
  })
  return { ...sandbox.spec, accounts }
}

function unconfirmed(state: State, to: Person, moved: Joining['moved'], seal: string): UserError {
  const names = moved.sandboxes.map((id) => `\`${sandboxById(state, id)?.name ?? id}\``)
  const own = names.length === 0 ? 'what you have here' : names.join(', ')
  const [identity] = to.identities
  const who = identity === undefined ? to.name : `${to.name} (\`${identityText(identity)}\`)`
  return new UserError(
    'invalid',
    `This code is from ${who}. If that is you, go on: ${own} will belong to both of your accounts alike. If somebody else gave you the code, do not: it would be theirs.`,
    [{ label: 'That is me', command: 'link', args: { code: seal, confirm: 'yes' } }],
  )
}

function readIdentity(text: string): Identity {
  const [platform = '', workspace = '', ...user] = text.split(':')
  return { platform, workspace, user: user.join(':') }
}
