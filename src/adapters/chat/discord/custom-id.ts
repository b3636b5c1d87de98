import type { ActionToken } from '../../../bot/message.js'

export interface CustomIds {
  of(token: ActionToken): string
}

/** Within one message each id stands once, though two buttons may do the same. Tokens hold no `~`. */
export function customIds(): CustomIds {
  const used = new Map<string, number>()
  return {
    of(token) {
      const times = used.get(token) ?? 0
      used.set(token, times + 1)
      return times === 0 ? token : `${token}~${times}`
    },
  }
}

export function tokenOf(customId: string): ActionToken {
  return customId.replace(/~\d+$/, '') as ActionToken
}
