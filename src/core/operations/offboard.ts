import { hasLeft } from '../access.js'
import { withAccount, withoutAccount } from '../accounts.js'
import type { Departure } from '../departure.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Person, PersonId } from '../person.js'
import type { Sandbox } from '../sandbox.js'
import { sandboxById, type Settings, type State } from '../state.js'
import { sameSubject, userSubject } from '../subject.js'
import { demandAnotherAdmin } from './grants.js'
import { giveSandbox } from './transfer.js'

export interface OffboardRequest {
  readonly person: Person
  /** Whose their sandboxes become; null: they stop. */
  readonly heir: Person | null
  /** Null: on the platform's own report. */
  readonly by: PersonId | null
  readonly now: Date
}

type Ground = { readonly state: State; readonly settings: Settings; readonly now: Date }

const NOTHING_TAKEN: Departure['taken'] = { stopped: [], passed: [], shares: [] }

/**
 * Takes somebody out: from now on no grant counts and no key or login of theirs opens anything. Their sandboxes stop, or
 * become the heir's and restart, so that what is open in them ends. Until `until`, all of it can be given back.
 */
export function offboard(ground: Ground, request: OffboardRequest): { edits: readonly Edit[]; departure: Departure } {
  const { state, settings, now } = ground
  const { person, heir, by } = request
  if (hasLeft(state, person.id)) throw new UserError('invalid', `${person.name} is taken out already.`)
  if (person.id === by) throw new UserError('not-allowed', 'Another admin has to take you out.')
  if (heir !== null && (heir.id === person.id || hasLeft(state, heir.id)))
    throw new UserError('invalid', `${heir.name} cannot be the heir.`)
  demandAnotherAdmin(ground, person.identities.map(userSubject))
  const own = state.sandboxes.filter((sandbox) => sandbox.owner === person.id && sandbox.phase !== 'deleting')
  const shares = state.shares.filter((share) => share.person === person.id)
  const departure: Departure = {
    person: person.id,
    at: now,
    by,
    until: new Date(now.getTime() + settings.access.undoMs),
    taken: {
      stopped: heir === null ? own.filter(isUp).map(({ id }) => id) : [],
      passed: heir === null ? [] : own.map(({ id }) => ({ sandbox: id, heir: heir.id })),
      shares: shares.map(({ sandbox, until }) => ({ sandbox, until })),
    },
  }
  const edits: readonly Edit[] = [
    { edit: 'departure.put', departure },
    ...own.flatMap((sandbox) => (heir === null ? stopped(sandbox) : passedOn(sandbox, heir))),
    ...shares.flatMap((share) => unshared(state, share.sandbox, person.id)),
    ...state.offers
      .filter((offer) => offer.to === person.id || own.some((sandbox) => sandbox.id === offer.sandbox))
      .map(({ sandbox }): Edit => ({ edit: 'offer.remove', sandbox })),
    ...state.codes.filter((code) => code.person === person.id).map(({ seal }): Edit => ({ edit: 'code.use', seal })),
  ]
  return { edits, departure }
}

/** Gives back what was taken, as far as it is still there. */
export function restorePerson({ state, now }: Ground, person: Person): readonly Edit[] {
  const departure = state.departures.find((one) => one.person === person.id)
  if (departure === undefined) throw new UserError('invalid', `${person.name} was not taken out.`)
  const { stopped: halted, passed, shares } = departure.taken
  const own = state.sandboxes.filter((sandbox) => sandbox.owner === person.id && sandbox.phase !== 'deleting')
  const inherited = passed.flatMap(({ sandbox, heir }) => {
    const found = sandboxById(state, sandbox)
    return found?.owner === heir && found.phase !== 'deleting' ? [found] : []
  })
  const shared = shares.filter(({ until }) => until === null || until.getTime() > now.getTime())
  return [
    { edit: 'departure.remove', person: person.id },
    ...own.map((sandbox): Edit => {
      const isDown = halted.includes(sandbox.id) && sandbox.phase === 'ready' && sandbox.power !== 'running'
      const spec = withAccount(sandbox, person.id, person.name)
      return { edit: 'sandbox.want', id: sandbox.id, spec, ...(isDown ? { ask: { power: 'start' as const } } : {}) }
    }),
    ...inherited.flatMap((sandbox) => giveSandbox(sandbox, person)),
    ...shared.flatMap(({ sandbox, until }) => sharedAgain(state, sandbox, person, until, now)),
  ]
}

/** What is left of somebody when it cannot be undone any more: that they are out. */
export function settledEdits(state: State, departure: Departure): readonly Edit[] {
  const { person: id, taken } = departure
  const identities = state.persons.find((person) => person.id === id)?.identities ?? []
  const isKept = taken.stopped.length + taken.passed.length + taken.shares.length > 0
  return [
    ...state.keys.filter((key) => key.person === id).map((key): Edit => ({ edit: 'key.remove', id: key.id })),
    ...state.grants
      .filter(({ to }) => identities.some((one) => sameSubject(userSubject(one), to)))
      .map(({ to }): Edit => ({ edit: 'grant.remove', to })),
    ...(isKept ? [{ edit: 'departure.put' as const, departure: { ...departure, taken: NOTHING_TAKEN } }] : []),
  ]
}

function stopped(sandbox: Sandbox): readonly Edit[] {
  const spec = withoutAccount(sandbox, sandbox.owner)
  return [{ edit: 'sandbox.want', id: sandbox.id, spec, ...(isUp(sandbox) ? { ask: { power: 'stop' } } : {}) }]
}

function passedOn(sandbox: Sandbox, heir: Person): readonly Edit[] {
  const restart = { power: 'restart', lastUsedAt: null } as const
  return giveSandbox(sandbox, heir).map((edit) =>
    edit.edit === 'sandbox.want' && isUp(sandbox) ? { ...edit, ask: restart } : edit,
  )
}

function unshared(state: State, id: string, person: PersonId): readonly Edit[] {
  const sandbox = sandboxById(state, id)
  if (sandbox === undefined) return []
  return [
    { edit: 'share.remove', sandbox: id, person },
    { edit: 'sandbox.want', id, spec: withoutAccount(sandbox, person) },
  ]
}

function sharedAgain(state: State, id: string, person: Person, until: Date | null, now: Date): readonly Edit[] {
  const sandbox = sandboxById(state, id)
  if (sandbox === undefined || sandbox.phase === 'deleting' || sandbox.owner === person.id) return []
  return [
    { edit: 'share.put', share: { sandbox: id, person: person.id, by: sandbox.owner, at: now, until } },
    { edit: 'sandbox.want', id, spec: withAccount(sandbox, person.id, person.name) },
  ]
}

/** Or will be: what is on its way up is stopped too. */
function isUp({ phase, power, ask }: Sandbox): boolean {
  return phase === 'ready' && (ask === null ? power === 'running' : ask.power !== 'stop')
}
