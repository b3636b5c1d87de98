import type { PersonId } from './person.js'
import type { Account, Sandbox, SandboxSpec } from './sandbox.js'

/** A login's user name made from a label: what a browser and Caddy take without quoting. */
export function accountName(label: string): string {
  const plain = label
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 32)
  return plain === '' ? 'owner' : plain
}

/** A login for one more person, whose password is due. Nobody else's changes. */
export function withAccount({ spec }: Sandbox, person: PersonId, label: string): SandboxSpec {
  if (spec.accounts.some((account) => account.person === person)) return spec
  const user = freeName(accountName(label), spec.accounts)
  return { ...spec, accounts: [...spec.accounts, { person, user, hash: null, delivered: false }] }
}

/** Without the login of this person. Nobody else's changes. */
export function withoutAccount({ spec }: Sandbox, person: PersonId): SandboxSpec {
  return { ...spec, accounts: spec.accounts.filter((account) => account.person !== person) }
}

function freeName(wanted: string, accounts: readonly Account[]): string {
  const isTaken = (name: string): boolean => accounts.some((account) => account.user === name)
  let name = wanted
  for (let number = 2; isTaken(name); number += 1) name = `${wanted.slice(0, 28)}${number}`
  return name
}
