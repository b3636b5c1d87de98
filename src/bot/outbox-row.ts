import type { Destination } from './chat.js'
import type { Message } from './message.js'

/** Where a message is to be. */
export type Target = Destination & { readonly platform: string }

export interface Body {
  readonly message: Message
  /** Nothing more is to come in this slot by itself. */
  readonly final: boolean
}

export function writeTarget(target: Target): string {
  return JSON.stringify(target)
}

export function readTarget(text: string): Target {
  return JSON.parse(text) as Target
}

/** Times are written as numbers under a name of their own, so that they come back as times. */
export function writeBody(body: Body): string {
  return JSON.stringify(body, function (this: unknown, key: string, value: unknown) {
    const raw: unknown = key === 'time' ? (this as Record<string, unknown>)[key] : value
    return raw instanceof Date ? raw.getTime() : value
  })
}

export function readBody(text: string): Body {
  return JSON.parse(text, (key: string, value: unknown): unknown =>
    key === 'time' && typeof value === 'number' ? new Date(value) : value,
  ) as Body
}
