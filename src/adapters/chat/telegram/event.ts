import type { Chat, Message, User } from 'grammy/types'
import type { Asker, ChatRequest } from '../../../bot/chat.js'
import { writePlace } from './places.js'

export const PLATFORM = 'telegram'
/** Requests that are older are not carried out; then there is no use in asking for more, either. */
const STALE_MS = 5 * 60_000

/** One thing that somebody did, and the message by which they did it, where it was one. */
export interface Event extends ChatRequest {
  readonly message: number | null
}

export function isOld({ sentAt }: ChatRequest, now: Date): boolean {
  return now.getTime() - sentAt.getTime() > STALE_MS
}

/** In a forum the topic; elsewhere a thread is nothing but replies. */
export function topicOf(message: Message): number | null {
  return message.is_topic_message === true ? (message.message_thread_id ?? null) : null
}

export function askerOf(from: User, chat: Chat, topic: number | null): Asker {
  return {
    identity: { platform: PLATFORM, workspace: '', user: String(from.id) },
    name: [from.first_name, from.last_name].filter((part) => part !== undefined).join(' '),
    place: writePlace({ chat: String(chat.id), topic }),
    room: String(chat.id),
    isPrivate: chat.type === 'private',
    groups: [],
  }
}
