import { DiscordPlatform } from './adapters/chat/discord/platform.js'
import type { ChatPlatform } from './bot/chat.js'
import type { Log } from './bot/ports.js'
import type { Config } from './config.js'
import { readSecret } from './config/secret.js'
import type { Db } from './infra/sqlite/database.js'

/** What a chat platform is given to live with. */
export interface PlatformParts {
  readonly config: Config
  readonly db: Db
  readonly log: Log
}

type Maker = (parts: PlatformParts) => ChatPlatform | null

/** One line a chat platform; null where the configuration does not turn it on. The console is joined apart. */
const makers: readonly Maker[] = [discord]

function discord({ config, log }: PlatformParts): ChatPlatform | null {
  const { enabled, token_file: file, guilds, api_url: url } = config.discord
  if (!enabled || file === undefined) return null
  // Now, so that a token which is not there is told at the start.
  readSecret(file)
  const apiUrl = url ?? process.env['DISCORD_API_URL'] ?? 'https://discord.com/api'
  return new DiscordPlatform({ apiUrl, token: () => readSecret(file), guilds, log })
}

/** Throws SecretError where a token cannot be read. */
export function chatPlatforms(parts: PlatformParts): readonly ChatPlatform[] {
  return makers.flatMap((make) => make(parts) ?? [])
}
