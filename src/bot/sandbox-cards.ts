import { identityText, type Identity, type PersonId } from '../core/person.js'
import type { Operation } from '../core/operation.js'
import type { Clock, Store } from '../core/ports.js'
import type { Sandbox, SandboxId } from '../core/sandbox.js'
import { sandboxById, type State } from '../core/state.js'
import type { Addresses } from './cards/addresses.js'
import { deletedCard } from './cards/ended.js'
import { passedCard } from './cards/sharing.js'
import { sandboxCard } from './cards/sandbox-card.js'
import type { Message } from './message.js'
import type { Outbox } from './outbox.js'
import type { Target } from './outbox-row.js'

const RECENT = 200

export interface SandboxCardsParts {
  readonly store: Store
  readonly outbox: Outbox
  readonly addresses: Addresses
  readonly clock: Clock
}

/** One message that shows a sandbox's card. `view`: who reads it; each view has one card with buttons, the newest. */
interface CardMessage {
  readonly slot: string
  readonly target: Target
  readonly view: string
  readonly name: string
}

/** The messages that show a sandbox's card, kept true in place. */
export class SandboxCards {
  constructor(private readonly parts: SandboxCardsParts) {}

  /** The newest card of each view says what is true now; of a deleted sandbox, every one. */
  refresh(id: SandboxId): void {
    const { store, outbox } = this.parts
    const state = store.state()
    const sandbox = sandboxById(state, id)
    const cards = this.cardsOf(id)
    // An older one may have kept its buttons, where it could not be edited when it lost them.
    for (const card of sandbox === undefined ? cards : newestOfEach(cards))
      outbox.want(card.slot, card.target, this.text(state, sandbox, card))
  }

  /** An older card in the view of the operation that just ended loses its buttons; of a deleted sandbox all do. */
  retire(operation: Operation): void {
    const { store, outbox, addresses, clock } = this.parts
    const state = store.state()
    const sandbox = sandboxById(state, operation.sandbox)
    if (sandbox === undefined) return this.refresh(operation.sandbox)
    const [newest, former] = this.cardsOf(operation.sandbox).filter((card) => card.view === viewOf(operation))
    if (newest === undefined || former === undefined) return
    outbox.want(former.slot, former.target, sandboxCard(state, sandbox, addresses, clock.now(), false))
  }

  /** In the owner's direct messages, beside the one in the channel. */
  addDirect(sandbox: Sandbox, identity: Identity): void {
    const { store, outbox, addresses, clock } = this.parts
    const target = { platform: identity.platform, direct: identity }
    outbox.want(
      directSlot(sandbox.id, sandbox.owner),
      target,
      sandboxCard(store.state(), sandbox, addresses, clock.now()),
    )
  }

  /** The former owner's card there says whose it is now, and is kept no more. */
  passOn(sandbox: Sandbox, former: PersonId, identity: Identity | undefined): void {
    const { store, outbox } = this.parts
    const slot = directSlot(sandbox.id, former)
    const target = outbox.targetOf(slot)
    const owner = store.state().persons.find((person) => person.id === sandbox.owner)?.name ?? 'someone else'
    if (target !== null) outbox.want(slot, target, passedCard(sandbox.name, owner))
    if (identity !== undefined) this.addDirect(sandbox, identity)
  }

  private text(state: State, sandbox: Sandbox | undefined, card: CardMessage): Message {
    const { addresses, clock } = this.parts
    if (sandbox === undefined) return deletedCard(card.name)
    return sandboxCard(state, sandbox, addresses, clock.now())
  }

  /** The newest first. */
  private cardsOf(id: SandboxId): readonly CardMessage[] {
    const { store, outbox } = this.parts
    const ended = store
      .recentOperations(RECENT)
      .filter((one) => one.sandbox === id && one.state === 'done' && one.verb !== 'delete')
      .map(cardOf)
      .filter((card) => outbox.stateOf(card.slot) === 'final')
    return [...ended, ...this.directCards(id)]
  }

  /** Of the owner alone; of a sandbox that is gone, of all who asked for something of it. */
  private directCards(id: SandboxId): readonly CardMessage[] {
    const { store, outbox } = this.parts
    const operations = store.recentOperations(RECENT).filter((one) => one.sandbox === id)
    const owner = sandboxById(store.state(), id)?.owner
    const persons = owner === undefined ? new Set(operations.map((one) => one.person)) : [owner]
    return [...persons].flatMap((person) => {
      const slot = directSlot(id, person)
      const target = outbox.targetOf(slot)
      if (target === null || !('direct' in target)) return []
      return [{ slot, target, view: directView(target.direct), name: operations[0]?.sandboxName ?? '' }]
    })
  }
}

/** Where an operation's own messages go: one to the asker alone, one to all; in a private place they are the same. */
export function slotOf(operation: Operation): string {
  return `op:${operation.id}`
}

export function allSlotOf(operation: Operation): string {
  return `op:${operation.id}:all`
}

export function callerTarget({ origin }: Operation): Target {
  return { platform: origin.identity.platform, place: origin.place, to: origin.identity }
}

export function allTarget({ origin }: Operation): Target {
  return { platform: origin.identity.platform, place: origin.place, to: 'all' }
}

/** A new login is nobody's business but its owner's; where nobody else reads there is nobody to tell. */
export function isPublic({ verb, origin }: Operation): boolean {
  return verb !== 'credentials' && !origin.isPrivate
}

function cardOf(operation: Operation): CardMessage {
  const isForAll = isPublic(operation)
  return {
    slot: isForAll ? allSlotOf(operation) : slotOf(operation),
    target: isForAll ? allTarget(operation) : callerTarget(operation),
    view: viewOf(operation),
    name: operation.sandboxName,
  }
}

function viewOf(operation: Operation): string {
  return isPublic(operation) ? 'all' : directView(operation.origin.identity)
}

function directView(identity: Identity): string {
  return `direct ${identityText(identity)}`
}

function directSlot(id: SandboxId, owner: PersonId): string {
  return `card:${id}:${owner}`
}

function newestOfEach(cards: readonly CardMessage[]): readonly CardMessage[] {
  return cards.filter((card, index) => cards.findIndex((one) => one.view === card.view) === index)
}
