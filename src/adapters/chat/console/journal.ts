import { randomUUID } from 'node:crypto'
import type { MessageRef, PlaceId } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import { messageFromText, messageToText, type ConsoleMessageStore } from './console-messages.js'

export interface Entry {
  readonly id: MessageRef
  readonly place: PlaceId
  /** A user of the console, or null for all who read the place. */
  readonly audience: string | null
  readonly message: PlatformMessage
  readonly postedAt: Date
  readonly editedAt: Date | null
}

type Listener = (entry: Entry) => void

const KEPT = 500

/** Every message of the console in its latest form; secrets live here alone and end with the process. */
export class Journal {
  private readonly entries = new Map<MessageRef, Entry>()
  private readonly listeners = new Set<Listener>()

  constructor(
    private readonly store: ConsoleMessageStore,
    private readonly now: () => Date = () => new Date(),
    private readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void = () => undefined,
  ) {}

  load(): void {
    for (const { body, ...rest } of this.store.list(KEPT)) {
      this.entries.set(rest.id, { ...rest, message: messageFromText(body) })
    }
  }

  post(place: PlaceId, audience: string | null, message: PlatformMessage): MessageRef {
    const entry: Entry = { id: randomUUID(), place, audience, message, postedAt: this.now(), editedAt: null }
    if (!message.secret) {
      const { message: kept, ...rest } = entry
      this.keep(() => this.store.append({ ...rest, body: messageToText(kept) }))
    }
    this.entries.set(entry.id, entry)
    this.dropOldest()
    this.tell(entry)
    return entry.id
  }

  edit(id: MessageRef, message: PlatformMessage): void {
    const editedAt = this.now()
    if (!message.secret) this.keep(() => this.store.replace(id, messageToText(message), editedAt))
    const before = this.entries.get(id)
    if (!before) return
    const entry = { ...before, message, editedAt }
    this.entries.set(id, entry)
    this.tell(entry)
  }

  /** Oldest first. */
  list(): readonly Entry[] {
    return [...this.entries.values()]
  }

  /** Tells of every message posted or edited from now on; what it returns ends that. */
  follow(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A message that cannot be stored is shown all the same: it may be the one that says so. */
  private keep(store: () => void): void {
    try {
      store()
    } catch (error) {
      this.log('a console message could not be stored', { error })
    }
  }

  private tell(entry: Entry): void {
    for (const listener of this.listeners) listener(entry)
  }

  private dropOldest(): void {
    const [oldest] = this.entries.keys()
    if (this.entries.size > KEPT && oldest !== undefined) this.entries.delete(oldest)
  }
}
