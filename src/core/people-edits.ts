import type { Grant } from './access.js'
import type { Departure } from './departure.js'
import type { Joining } from './joining.js'
import type { OneTimeCode } from './one-time-code.js'
import type { Identity, PersonId } from './person.js'
import type { Quota, QuotaScope, Resource } from './quota.js'
import type { SandboxId } from './sandbox.js'
import type { Share, TransferOffer } from './sharing.js'
import type { Subject } from './subject.js'

/** What changes about who may do what. */
export type PeopleEdit =
  /** In place of what was granted to the same subject. */
  | { readonly edit: 'grant.put'; readonly grant: Grant; readonly by: PersonId | null; readonly at: Date }
  | { readonly edit: 'grant.remove'; readonly to: Subject }
  | { readonly edit: 'room.put'; readonly room: Subject }
  | { readonly edit: 'room.remove'; readonly room: Subject }
  /** In place of the groups that were seen of this identity; rooms are added. */
  | {
      readonly edit: 'identity.seen'
      readonly identity: Identity
      readonly groups: readonly string[]
      readonly rooms: readonly string[]
      readonly at: Date
    }
  /** In place of the code that the same person has for the same purpose. */
  | { readonly edit: 'code.put'; readonly code: OneTimeCode }
  /** Refuses the whole transaction where the code is not there any more. */
  | { readonly edit: 'code.use'; readonly seal: string }
  | { readonly edit: 'share.put'; readonly share: Share }
  | { readonly edit: 'share.remove'; readonly sandbox: SandboxId; readonly person: PersonId }
  /** In place of another offer of the same sandbox. */
  | { readonly edit: 'offer.put'; readonly offer: TransferOffer }
  | { readonly edit: 'offer.remove'; readonly sandbox: SandboxId }
  /** In place of what was set for the same scope and resource. */
  | { readonly edit: 'quota.put'; readonly quota: Quota }
  | { readonly edit: 'quota.remove'; readonly of: QuotaScope; readonly resource: Resource }
  | { readonly edit: 'identity.move'; readonly identity: Identity; readonly to: PersonId }
  | { readonly edit: 'key.give'; readonly id: string; readonly to: PersonId }
  | { readonly edit: 'joining.put'; readonly joining: Joining }
  | { readonly edit: 'joining.remove'; readonly id: string }
  | { readonly edit: 'departure.put'; readonly departure: Departure }
  | { readonly edit: 'departure.remove'; readonly person: PersonId }
