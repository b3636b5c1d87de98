import type { MessageRef, PlaceId } from '../../../bot/chat.js'

/** A chat, and the topic in it where it has topics. A private chat has the id of its person. */
export interface Place {
  readonly chat: string
  readonly topic: number | null
}

/** `-1001234567890/42`; without a topic the chat alone. */
export function writePlace({ chat, topic }: Place): PlaceId {
  return topic === null ? chat : `${chat}/${topic}`
}

export function readPlace(place: PlaceId): Place {
  const [chat = '', topic] = place.split('/')
  return { chat, topic: topic === undefined ? null : Number(topic) }
}

/** The ids of groups are negative. */
export function isGroup(chat: string): boolean {
  return chat.startsWith('-')
}

/** Message ids count within their chat. The topic is for a message that must be sent anew. */
export function writeRef(place: Place, message: number): MessageRef {
  return `${writePlace(place)}:${message}`
}

export function readRef(ref: MessageRef): { readonly place: Place; readonly message: number } {
  const at = ref.lastIndexOf(':')
  return { place: readPlace(ref.slice(0, at)), message: Number(ref.slice(at + 1)) }
}
