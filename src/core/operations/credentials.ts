import { accountName } from '../accounts.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import type { Account } from '../sandbox.js'
import { alive, enteredSandbox, notBusy, startOperation, type Context } from './operation-context.js'

export interface CredentialsRequest {
  readonly sandbox: string
  /** The user name that the person would like; the former one stays where none is given. */
  readonly user?: string
  /** Show the login where it is asked for, to the asker alone. */
  readonly here?: boolean
}

/** Makes the person's password due: the loop makes, publishes and delivers the new one, and the old one dies. */
export function renewCredentials(context: Context, request: CredentialsRequest): readonly Edit[] {
  const sandbox = enteredSandbox(context, request.sandbox, 'renew the login of')
  notBusy(context, sandbox)
  alive(sandbox)
  if (sandbox.spec.agent.kind === 'none') {
    throw new UserError('invalid', `${sandbox.name} has no agent, so there is no login: its template says \`none\`.`)
  }
  const person = context.actor.person
  const others = sandbox.spec.accounts.filter((account) => account.person !== person.id)
  const former = sandbox.spec.accounts.find((account) => account.person === person.id)
  const user = request.user === undefined ? (former?.user ?? accountName(person.name)) : chosen(request.user)
  if (others.some((account) => account.user === user)) {
    throw new UserError(
      'name-taken',
      `The user name \`${user}\` is someone else's on ${sandbox.name}. Choose another one.`,
    )
  }
  const asking: Context =
    request.here === true ? { ...context, origin: { ...context.origin, showsLogin: true } } : context
  const account: Account = { person: person.id, user, hash: null, delivered: false }
  return [
    { edit: 'sandbox.want', id: sandbox.id, spec: { ...sandbox.spec, accounts: [...others, account] } },
    startOperation(asking, 'credentials', sandbox, sandbox.generation + 1),
  ]
}

function chosen(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,31}$/.test(text)) return text
  throw new UserError(
    'invalid',
    'A user name has 1 to 32 characters: a–z, 0–9, dot, hyphen and underscore, beginning with a letter or digit.',
  )
}
