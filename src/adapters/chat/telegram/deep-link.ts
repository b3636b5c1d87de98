/**
 * What a link to the private chat carries (`?start=…`, at most 64 of A-Za-z0-9_-). The kind stands before the first `_`,
 * which no name of a sandbox has: `/start myapp` is still a command.
 */
export type Payload =
  /** A plain start, by hand. */
  | { readonly kind: 'none' }
  /** Something waits for this person. */
  | { readonly kind: 'here' }
  /** Not of a kind that this version knows: words. */
  | { readonly kind: 'words'; readonly words: string }

const HERE = 'here_'

export function readPayload(payload: string): Payload {
  if (payload === '') return { kind: 'none' }
  if (payload === HERE) return { kind: 'here' }
  return payload.includes('_') ? { kind: 'none' } : { kind: 'words', words: payload }
}

export function hereLink(botName: string): string {
  return `https://t.me/${botName}?start=${HERE}`
}
