import type { ActionToken, Block, Inline, Message, PlatformMessage } from '../../../bot/message.js'

/** One message as it is kept: `audience` is a user of the console, or null for all who read the place. */
export interface StoredConsoleMessage {
  readonly id: string
  readonly place: string
  readonly audience: string | null
  /** The message as JSON; never one that is secret. */
  readonly body: string
  readonly postedAt: Date
  readonly editedAt: Date | null
}

/** What the console remembers over a restart. Messages with `secret` are never given to it. */
export interface ConsoleMessageStore {
  append(message: StoredConsoleMessage): void
  /** Does nothing where no such message is kept. */
  replace(id: string, body: string, editedAt: Date): void
  /** The newest `limit` messages, oldest first. */
  list(limit: number): readonly StoredConsoleMessage[]
}

export function messageToText(message: PlatformMessage): string {
  return JSON.stringify(message)
}

/** What `messageToText` wrote: the same, with its dates as dates again. */
export function messageFromText(text: string): PlatformMessage {
  const message = JSON.parse(text) as Message<ActionToken>
  return { ...message, blocks: message.blocks.map(revivedBlock) }
}

function revivedBlock(block: Block<ActionToken>): Block<ActionToken> {
  if (block.block === 'text') return { ...block, inlines: block.inlines.map(revivedInline) }
  if (block.block !== 'fields') return block
  return { ...block, fields: block.fields.map((field) => ({ ...field, value: field.value.map(revivedInline) })) }
}

function revivedInline(inline: Inline): Inline {
  return typeof inline === 'object' && 'time' in inline ? { time: new Date(inline.time) } : inline
}
