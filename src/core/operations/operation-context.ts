import { mayUse, type Access, type Need } from '../access.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Operation, Origin, Verb } from '../operation.js'
import type { Person } from '../person.js'
import type { Sandbox } from '../sandbox.js'
import { tieOf } from '../sharing.js'
import { shown } from '../shown.js'
import { liveOperationOf, sandboxByName, type Network, type Settings, type State } from '../state.js'

/** All that an operation may know. It has no clock, no I/O and no randomness of its own. */
export interface Context {
  readonly state: State
  readonly settings: Settings
  /** Null until the host has answered once. */
  readonly network: Network | null
  readonly actor: Access & { readonly person: Person }
  readonly origin: Origin
  readonly now: Date
  readonly newId: () => string
}

/** The sandbox of this name, if the actor may do with it what only its owner and admins may. */
export function ownSandbox(context: Context, name: string, act: string): Sandbox {
  const { sandbox, owner } = demand(context, name, 'owner')
  if (owner === null) return sandbox
  const tie = tieOf(context.state, sandbox, context.actor.person.id)
  const more = tie === 'collaborator' ? ' You may enter, start and stop it.' : ''
  throw new UserError('not-allowed', `Only ${sandbox.name}'s owner, ${owner}, or an admin can ${act} it.${more}`)
}

/** The sandbox of this name, if the actor may do with it what everybody may who may enter it. */
export function enteredSandbox(context: Context, name: string, act: string): Sandbox {
  const { sandbox, owner } = demand(context, name, 'enter')
  if (owner === null) return sandbox
  throw new UserError(
    'not-allowed',
    `Only ${sandbox.name}'s owner, ${owner}, or an admin can ${act} it. ${owner} can share it with you.`,
  )
}

/** `owner` null: it is allowed; else whom to ask. */
function demand(context: Context, name: string, need: Need): { sandbox: Sandbox; owner: string | null } {
  const { state, actor } = context
  const sandbox = sandboxByName(state, name.trim().toLowerCase())
  if (sandbox === undefined)
    throw new UserError('not-found', `There is no sandbox \`${shown(name)}\` here. List yours: \`/sandbox list\``, [
      list,
    ])
  if (mayUse(actor, null, need, tieOf(state, sandbox, actor.person.id))) return { sandbox, owner: null }
  return { sandbox, owner: state.persons.find((person) => person.id === sandbox.owner)?.name ?? 'someone else' }
}

/** Refuses while another operation of the sandbox runs, and offers to stop that one. */
export function notBusy(context: Context, sandbox: Sandbox): void {
  const live = liveOperationOf(context.state, sandbox.id)
  if (live === undefined) return
  const seconds = Math.max(0, Math.round((context.now.getTime() - live.startedAt.getTime()) / 1000))
  throw new UserError(
    'busy',
    `${sandbox.name}: ${live.verb} is under way (${seconds} s so far). Wait for its end, or cancel it.`,
    [{ label: `Cancel the ${live.verb}`, command: 'cancel', args: { sandbox: sandbox.name } }],
  )
}

/** Refuses what cannot work on a sandbox without an instance behind it. */
export function alive(sandbox: Sandbox): void {
  switch (sandbox.phase) {
    case 'lost':
      throw new UserError(
        'gone',
        `${sandbox.name}'s instance is gone from the host. Deleting ${sandbox.name} frees its name.`,
      )
    case 'stuck':
      throw new UserError('gone', `${sandbox.name} is stuck. Ask an admin to look, or delete it.`)
    case 'deleting':
      throw new UserError('gone', `${sandbox.name} is being deleted.`)
    case 'creating':
    case 'ready':
  }
}

/** The edit that starts an operation towards the sandbox's next generation. */
export function startOperation(context: Context, verb: Verb, sandbox: Sandbox, generation: number): Edit {
  const operation: Operation = {
    id: context.newId(),
    verb,
    sandbox: sandbox.id,
    sandboxName: sandbox.name,
    person: context.actor.person.id,
    origin: context.origin,
    generation,
    state: 'running',
    before: verb === 'create' || verb === 'delete' ? null : { spec: sandbox.spec, power: sandbox.power },
    steps: [],
    waitingFor: null,
    waitingUntil: null,
    reason: null,
    offers: [],
    cancelled: false,
    startedAt: context.now,
    endedAt: null,
  }
  return { edit: 'operation.start', operation }
}

const list = { label: 'List mine', command: 'list', args: {} }
