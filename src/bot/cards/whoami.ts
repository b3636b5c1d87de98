import type { Access } from '../../core/access.js'
import { identityText, type Identity, type Person } from '../../core/person.js'
import type { Amounts, Resource } from '../../core/quota.js'
import type { State } from '../../core/state.js'
import type { Inline, Message } from '../message.js'
import { useFields } from './quotas.js'
import { count } from './words.js'

export interface Whoami {
  readonly person: Person
  readonly access: Access
  /** With which one speaks. */
  readonly identity: Identity
  readonly used: Amounts
  readonly allowed: Readonly<Record<Resource, number | null>>
}

/** Who one is here, what one may do, and how much of what one may have is used. */
export function whoamiCard(state: State, { person, access, identity, used, allowed }: Whoami): Message {
  const keys = state.keys.filter((key) => key.person === person.id).length
  const shared = state.shares.filter((share) => share.person === person.id).length
  const others = person.identities.map(identityText).filter((one) => one !== identityText(identity))
  const also = others.flatMap((one, index): Inline[] => [index === 0 ? 'and ' : ', ', { code: one }])
  return {
    title: `You are ${person.name}, ${access.role ?? 'nobody'}`,
    tone: 'plain',
    blocks: [
      {
        block: 'fields',
        fields: [
          { label: 'Identity', value: [{ code: identityText(identity) }] },
          ...(also.length === 0 ? [] : [{ label: 'Linked', value: also }]),
          ...(access.commands === 'all' ? [] : [{ label: 'Commands', value: [access.commands.join(', ')] }]),
          ...useFields(used, allowed),
          ...(shared === 0 ? [] : [{ label: 'Shared', value: [`${shared} with you`] }]),
          { label: 'SSH', value: [count(keys, 'key')] },
        ],
      },
    ],
  }
}
