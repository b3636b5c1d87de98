import type { Message } from 'grammy/types'

/** What somebody wrote, as far as it is for this bot. */
export type Typed =
  /** A command line, without the leading `/sandbox`. */
  | { readonly typed: 'words'; readonly text: string }
  /** Telegram's own first message, with what a link carried. */
  | { readonly typed: 'start'; readonly payload: string }
  /** `/cancel` and nothing else: it may mean a question, or the command. */
  | { readonly typed: 'cancel' }
  /** No command. */
  | { readonly typed: 'text'; readonly text: string }
  | { readonly typed: 'nothing' }

/** `known`: the names of commands, as Telegram writes them. */
export function typedOf(message: Message, botName: string, known: ReadonlySet<string>): Typed {
  const { text, entities = [], chat } = message
  if (text === undefined) return { typed: 'nothing' }
  const entity = entities.find((one) => one.type === 'bot_command' && one.offset === 0)
  if (entity === undefined) return { typed: 'text', text }
  const [name = '', addressee] = text.slice(1, entity.length).toLowerCase().split('@')
  const rest = withDashes(text.slice(entity.length).trim())
  if (addressee !== undefined && addressee !== botName.toLowerCase()) return { typed: 'nothing' }
  if (name === 'sandbox') return { typed: 'words', text: rest }
  if (name === 'start') return { typed: 'start', payload: rest }
  if (name === 'cancel' && rest === '') return { typed: 'cancel' }
  // In a group, what is not known and not addressed to this bot is another bot's.
  const isOurs = known.has(name) || addressee !== undefined || chat.type === 'private'
  return isOurs ? { typed: 'words', text: `${name.replaceAll('_', '-')} ${rest}`.trim() } : { typed: 'nothing' }
}

/** Phones make a long dash of the two before an option. */
function withDashes(words: string): string {
  return words.replaceAll(/(^|\s)[—–](?=[a-z])/g, '$1--')
}
