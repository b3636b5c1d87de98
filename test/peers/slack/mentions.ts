import type { KnownBlock } from '@slack/types'

interface Delivered {
  readonly text: string
  readonly blocks: readonly KnownBlock[]
  /** Whether `@name` in the text counts, as `parse` and `link_names` ask for it. */
  readonly readsNames: boolean
}

/** Whom a message notifies: `channel`, `here`, `everyone`, ids of users and groups, names. */
export function pings({ text, blocks, readsNames }: Delivered): readonly string[] {
  const marked = [text, ...markedTexts(blocks)].flatMap(fromMarkup)
  return [...marked, ...(readsNames ? fromNames(text) : []), ...fromRichText(blocks)]
}

function fromMarkup(text: string): readonly string[] {
  return [...text.matchAll(/<(?:!(channel|here|everyone)|!subteam\^(\w+)|@(\w+))(?:\|[^>]*)?>/g)].map(
    ([, range, group, user]) => range ?? group ?? user ?? '',
  )
}

function fromNames(text: string): readonly string[] {
  return [...text.matchAll(/(?<![\w&])@([\w.-]+)/g)].map(([, name]) => name ?? '')
}

/** Every text in the blocks that Slack reads markup in. */
function markedTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(markedTexts)
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)]
  return Object.values(value).flatMap(markedTexts)
}

function fromRichText(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(fromRichText)
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'broadcast' && 'range' in value) return [String(value.range)]
  if ('type' in value && value.type === 'user' && 'user_id' in value) return [String(value.user_id)]
  if ('type' in value && value.type === 'usergroup' && 'usergroup_id' in value) return [String(value.usergroup_id)]
  return Object.values(value).flatMap(fromRichText)
}
