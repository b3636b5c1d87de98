import { isRunning } from '../access.js'
import { withoutAccount } from '../accounts.js'
import type { Edit } from '../edits.js'
import { settledEdits } from './offboard.js'
import type { Sandbox } from '../sandbox.js'
import type { Share } from '../sharing.js'
import { sandboxById, type State } from '../state.js'

export interface Endings {
  readonly edits: readonly Edit[]
  readonly shares: readonly { readonly share: Share; readonly sandbox: Sandbox }[]
}

/** What has come to its end by now: shares, offers, codes, and the time in which somebody could be brought back. */
export function endingsOf(state: State, now: Date): Endings {
  const shares = state.shares
    .filter((share) => !isRunning(share, now))
    .flatMap((share) => {
      const sandbox = sandboxById(state, share.sandbox)
      return sandbox === undefined ? [] : [{ share, sandbox }]
    })
  const touched = [...new Set(shares.map(({ sandbox }) => sandbox))]
  return {
    shares,
    edits: [
      ...shares.map(({ share: { sandbox, person } }): Edit => ({ edit: 'share.remove', sandbox, person })),
      ...touched.map((sandbox): Edit => ({ edit: 'sandbox.want', id: sandbox.id, spec: specWithout(sandbox, shares) })),
      ...state.offers
        .filter((offer) => !isRunning(offer, now))
        .map(({ sandbox }): Edit => ({ edit: 'offer.remove', sandbox })),
      ...state.departures
        .filter((departure) => departure.until.getTime() <= now.getTime())
        .flatMap((departure) => settledEdits(state, departure)),
      ...state.codes
        .filter((code) => code.expiresAt.getTime() <= now.getTime())
        .map(({ seal }): Edit => ({ edit: 'code.use', seal })),
    ],
  }
}

function specWithout(sandbox: Sandbox, ended: Endings['shares']): Sandbox['spec'] {
  const persons = ended.filter((one) => one.sandbox.id === sandbox.id).map(({ share }) => share.person)
  return persons.reduce((spec, person) => withoutAccount({ ...sandbox, spec }, person), sandbox.spec)
}
