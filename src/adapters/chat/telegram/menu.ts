import type { Api } from 'grammy'
import type { BotCommand, BotCommandScope } from 'grammy/types'
import type { CommandMenuEntry } from '../../../bot/chat.js'
import { cut, LIMITS } from './limits.js'
import { asThrown, troubleOf } from './trouble.js'

export interface Menu {
  readonly scope: BotCommandScope
  readonly commands: readonly BotCommand[]
}

const ANY: BotCommand = { command: 'sandbox', description: 'Any command, such as /sandbox create myapp' }
/** Telegram sends it by itself when somebody opens the chat: it cannot start a sandbox too. */
const TAKEN = 'start'

/** The command as Telegram writes it; null where it cannot. */
export function commandName(name: string): string | null {
  const written = name.toLowerCase().replaceAll('-', '_')
  return written !== TAKEN && LIMITS.commandName.test(written) ? written : null
}

/** In private all that is frequent, in groups what is about sandboxes, and for admins what only they may. */
export function menusOf(menu: readonly CommandMenuEntry[], admins: readonly number[]): readonly Menu[] {
  const frequent = menu.filter((one) => one.isFrequent && !one.needsAdmin)
  const everywhere = frequent.filter((one) => one.group === 'sandbox' || one.name === 'help')
  const inPrivate = [...frequent.flatMap(commandOf), ANY]
  const forAdmins = [...inPrivate, ...menu.filter((one) => one.needsAdmin).flatMap(commandOf)]
  return [
    { scope: { type: 'all_private_chats' }, commands: inPrivate },
    { scope: { type: 'all_group_chats' }, commands: [...everywhere.flatMap(commandOf), ANY] },
    ...admins.map((chat_id): Menu => ({ scope: { type: 'chat', chat_id }, commands: forAdmins })),
  ]
}

/** Only what differs is set. A person's own menu can be set once they have started the bot. Throws as the sender does. */
export async function registerMenu(api: Api, { scope, commands }: Menu): Promise<void> {
  try {
    const known = await api.getMyCommands({ scope })
    if (JSON.stringify(known.map(pair)) === JSON.stringify(commands.map(pair))) return
    await api.setMyCommands([...commands], { scope })
  } catch (error) {
    const trouble = troubleOf(error)
    if (scope.type !== 'chat' || trouble.trouble !== 'closed') throw asThrown('a menu', trouble)
  }
}

function commandOf({ name, summary }: CommandMenuEntry): readonly BotCommand[] {
  const command = commandName(name)
  return command === null ? [] : [{ command, description: cut(summary, LIMITS.commandSummary) }]
}

function pair({ command, description }: BotCommand): readonly [string, string] {
  return [command, description]
}
