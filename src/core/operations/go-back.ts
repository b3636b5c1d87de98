import type { Edit } from '../edits.js'
import type { Offer } from '../errors.js'
import type { Operation } from '../operation.js'
import type { Account, PowerAsk, Sandbox } from '../sandbox.js'

/**
 *  operation            | what is wanted then
 *  ---------------------+------------------------------------------------
 *  create               | a tombstone: the loop cleans up
 *  start, stop          | the power there was before
 *  restart              | running, as before
 *  port, credentials,   | the spec there was before
 *  domain, update       |
 */
export function goBack(
  sandbox: Sandbox,
  operation: Operation,
  reason: string,
  cancelled: boolean,
  offers: readonly Offer[] = [],
): readonly Edit[] {
  const generation = sandbox.generation + 1
  const note: Edit = {
    edit: 'operation.note',
    id: operation.id,
    change: { state: 'going-back', generation, reason, cancelled, offers, waitingFor: null, waitingUntil: null },
  }
  if (operation.before === null) return [{ edit: 'sandbox.want', id: sandbox.id, phase: 'deleting', ask: null }, note]
  const ask = powerBefore(operation)
  const spec = { ...operation.before.spec, accounts: accountsThen(sandbox, operation) }
  return [{ edit: 'sandbox.want', id: sandbox.id, spec, ask }, note]
}

/** Who was let in or taken out meanwhile stays so: an operation goes back on nobody's login but its own person's. */
function accountsThen({ spec }: Sandbox, { verb, before, person }: Operation): readonly Account[] {
  if (verb !== 'credentials') return spec.accounts
  const former = before?.spec.accounts.find((account) => account.person === person)
  return spec.accounts.flatMap((account) => {
    if (account.person !== person) return [account]
    return former === undefined ? [] : [former]
  })
}

function powerBefore(operation: Operation): PowerAsk | null {
  if (!['start', 'stop', 'restart'].includes(operation.verb)) return null
  switch (operation.before?.power) {
    case 'running':
      return { power: 'start' }
    case 'stopped':
      return { power: 'stop' }
    default:
      return null
  }
}
