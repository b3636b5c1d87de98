import type { Identity } from '../core/person.js'
import type { Audience, ChatRequest } from './chat.js'
import type { CommandCall } from './message.js'

/** A request as it is written down: all that is needed to carry it out after a restart. */
export interface WrittenRequest {
  readonly request: ChatRequest
  readonly call: CommandCall
  readonly audience: Audience
}

/** One event is one effect, on whatever platform: the platform's own id of it, with the platform before it. */
export function inboxKey(request: ChatRequest): string {
  const { platform, workspace } = request.asker.identity
  return `${platform}:${workspace}:${request.eventKey}`
}

export function writeRequest({ request, call, audience }: WrittenRequest): string {
  const { asker, eventKey, sentAt } = request
  return JSON.stringify({
    identity: asker.identity,
    name: asker.name,
    place: asker.place,
    room: asker.room,
    isPrivate: asker.isPrivate,
    groups: asker.groups,
    eventKey,
    sentAt: sentAt.getTime(),
    call,
    audience,
  })
}

/** Null where it is not one that this version can read. */
export function readRequest(text: string): WrittenRequest | null {
  const data: unknown = parsed(text)
  if (!isRecord(data) || !isRecord(data['call']) || !isRecord(data['call']['args'])) return null
  const { name, place, room, isPrivate, groups, eventKey, sentAt, call, audience } = data
  const identity = isRecord(data['identity']) ? identityOf(data['identity']) : null
  if (identity === null || typeof name !== 'string' || typeof place !== 'string' || typeof eventKey !== 'string')
    return null
  if (typeof sentAt !== 'number' || !isRecord(call) || typeof call['command'] !== 'string') return null
  const args = Object.fromEntries(Object.entries(call['args'] ?? {}).map(([key, value]) => [key, String(value)]))
  return {
    request: {
      asker: {
        identity,
        name,
        place,
        room: typeof room === 'string' ? room : place,
        isPrivate: isPrivate === true,
        groups: Array.isArray(groups) ? groups.map(String) : [],
      },
      eventKey,
      sentAt: new Date(sentAt),
    },
    call: { command: call['command'], args },
    audience: audience === 'place' ? 'place' : 'caller',
  }
}

function identityOf(data: Readonly<Record<string, unknown>>): Identity | null {
  const { platform, workspace, user } = data
  if (typeof platform !== 'string' || typeof workspace !== 'string' || typeof user !== 'string') return null
  return { platform, workspace, user }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
