import type { KnownBlock } from '@slack/types'
import { blockErrors } from './check-payload.js'
import { LIMITS } from './limits.js'
import { pings } from './mentions.js'
import { Refused, withMessages } from './refused.js'

export interface Content {
  readonly text: string
  readonly blocks: readonly KnownBlock[]
  /** Whom it notifies: ids, and the words `channel`, `here`, `everyone`. */
  readonly pings: readonly string[]
}

/** What a message is to say. Throws Refused as Slack would. */
export function contentOf(given: object, usually: 'full' | 'none' = 'none'): Content {
  const text = 'text' in given && typeof given.text === 'string' ? given.text : ''
  const blocks = hasBlocks(given) ? given.blocks : []
  if (text === '' && blocks.length === 0) throw new Refused('no_text')
  if (text.length > LIMITS.updateText) throw new Refused('msg_too_long')
  if (hasBlocks(given)) checkBlocks(blocks)
  const parse = 'parse' in given && given.parse !== undefined ? given.parse : usually
  const linkNames = 'link_names' in given && given.link_names === true
  return { text, blocks, pings: pings({ text, blocks, readsNames: parse === 'full' || linkNames }) }
}

export function hasBlocks(given: object): given is { readonly blocks: readonly KnownBlock[] } {
  return 'blocks' in given && given.blocks !== undefined
}

function checkBlocks(blocks: readonly KnownBlock[]): void {
  if (!Array.isArray(blocks)) throw new Refused('invalid_blocks_format')
  const errors = blockErrors(blocks)
  if (errors.length > 0) throw withMessages('invalid_blocks', errors)
  if (JSON.stringify(blocks).length > LIMITS.allBlocks) throw new Refused('msg_blocks_too_long')
}
