import type { MessageRef, PlaceId } from '../../../bot/chat.js'

/** Where something was said, or a button pressed. */
export interface Place {
  /** A channel's id; with `@` before it, or before a user's, it is the bot's direct message with one person. */
  readonly channel: string
  /** The message that began the thread; null outside of one. */
  readonly thread: string | null
  /** What is answered: the key under which its address for answers is remembered. '' where there is none. */
  readonly event: string
}

export function writePlace({ channel, thread, event }: Place): PlaceId {
  return [channel, thread ?? '', event].join(':')
}

export function readPlace(place: PlaceId): Place {
  const [channel = '', thread = '', event = ''] = place.split(':')
  return { channel, thread: thread === '' ? null : thread, event }
}

/** The direct message by its own id or its user's; null for a channel, where others may read. */
export function directOf({ channel }: Place): string | null {
  return channel.startsWith('@') ? channel.slice(1) : null
}

/**
 * `posted`: the bot can change it. `told`: it cannot, and how it ends will be told once more, in a message of its own.
 * `over`: it cannot, and there is nothing more to tell.
 */
export type Ref =
  | { readonly kind: 'posted'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'told'; readonly place: PlaceId; readonly to: string | 'all' }
  | { readonly kind: 'over' }

export function writeRef(ref: Ref): MessageRef {
  switch (ref.kind) {
    case 'posted':
      return `${ref.channel}/${ref.ts}`
    case 'told':
      return `told/${ref.to}/${ref.place}`
    case 'over':
      return 'over'
    default:
      return ref satisfies never
  }
}

export function readRef(ref: MessageRef): Ref {
  const [first = '', second = '', ...rest] = ref.split('/')
  if (first === 'told') return { kind: 'told', to: second, place: rest.join('/') }
  if (first === 'over' || second === '') return { kind: 'over' }
  return { kind: 'posted', channel: first, ts: second }
}
