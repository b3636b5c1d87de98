import type { DiscordOptions } from '../adapters/chat/discord/platform.js'
import type { Log } from '../bot/ports.js'
import type { Config } from '../config.js'
import { readSecret } from './secret.js'

const API = 'https://discord.com/api'

/** Throws SecretError: a token that is not there is told at the start. */
export function discordOptions({ config, log }: { readonly config: Config; readonly log: Log }): DiscordOptions {
  const { token_file: file = '', guilds, api_url: url } = config.discord
  readSecret(file)
  return { apiUrl: url ?? process.env['DISCORD_API_URL'] ?? API, token: () => readSecret(file), guilds, log }
}
