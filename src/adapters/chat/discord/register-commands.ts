import type { DiscordApi } from './api.js'
import { global, isRegistered, type SlashCommand } from './commands.js'
import { codes, hasCode } from './failures.js'

/**
 * Registers the commands where they differ from what is registered. `named`: the servers that have them for themselves,
 * where a change shows at once; direct messages then have them from the application. None: the application has them,
 * everywhere. `joined`: the servers that the bot is in; those that are named no longer lose theirs. Answers in which of
 * the named ones the bot is not.
 */
export async function registerCommands(
  api: DiscordApi,
  commands: readonly SlashCommand[],
  named: readonly string[],
  joined: readonly string[],
): Promise<readonly string[]> {
  const missing: string[] = []
  await set(api, null, global(commands, named.length === 0 ? 'everywhere' : 'direct'))
  for (const guild of new Set([...named, ...joined])) {
    try {
      await set(api, guild, named.includes(guild) ? commands : [])
    } catch (error) {
      if (!hasCode(error, codes.missingAccess)) throw error
      missing.push(guild)
    }
  }
  return missing
}

async function set(api: DiscordApi, guild: string | null, commands: readonly SlashCommand[]): Promise<void> {
  if (isRegistered(commands, await api.commands(guild))) return
  await api.setCommands(guild, commands)
}
