import type { RecordOwner } from '../core/parts/record-set.js'

/** How it stands with all record sets of one owner. */
export type RecordStatus =
  /** As wanted; those that a person sets by hand count as that. */
  | { readonly state: 'right'; readonly remark: string | null }
  /** Looked at, changed, or on its way to the zone's servers. */
  | { readonly state: 'working'; readonly on: string }
  /** Within write limits; `until` is when it goes on. */
  | { readonly state: 'waiting'; readonly on: string; readonly until: Date }
  /** Something foreign is in the way. */
  | { readonly state: 'conflict'; readonly why: string }
  | { readonly state: 'failed'; readonly why: string; readonly retry: 'later' | 'never' }

export const right: RecordStatus = { state: 'right', remark: null }

const WORST_FIRST: readonly RecordStatus['state'][] = ['conflict', 'failed', 'waiting', 'working', 'right']

/** What an owner's names amount to, wherever their zones are. */
export class Statuses {
  private readonly byOwner = new Map<RecordOwner, RecordStatus>()

  add(owner: RecordOwner, status: RecordStatus): void {
    const known = this.byOwner.get(owner)
    const rank = (one: RecordStatus): number => WORST_FIRST.indexOf(one.state)
    if (known === undefined || rank(status) < rank(known)) this.byOwner.set(owner, status)
  }

  entries(): IterableIterator<[RecordOwner, RecordStatus]> {
    return this.byOwner.entries()
  }
}
