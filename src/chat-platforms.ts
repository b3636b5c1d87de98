import { DiscordPlatform } from './adapters/chat/discord/platform.js'
import { SlackPlatform } from './adapters/chat/slack/slack-platform.js'
import { TelegramPlatform } from './adapters/chat/telegram/telegram-platform.js'
import type { ChatPlatform } from './bot/chat.js'
import type { Log } from './bot/ports.js'
import type { Config } from './config.js'
import { discordOptions } from './config/discord.js'
import { slackOptions } from './config/slack.js'
import { telegramOptions } from './config/telegram.js'
import type { Clock } from './core/ports.js'
import type { Db } from './infra/sqlite/database.js'

/** What a chat platform is given to live with. */
export interface PlatformParts {
  readonly config: Config
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}

type Maker = (parts: PlatformParts) => ChatPlatform | null

/** One line a chat platform; null where the configuration does not turn it on. The console is joined apart. */
const makers: readonly Maker[] = [
  (parts) => (parts.config.discord.enabled ? new DiscordPlatform(discordOptions(parts)) : null),
  (parts) => (parts.config.slack.enabled ? new SlackPlatform(slackOptions(parts)) : null),
  (parts) => (parts.config.telegram.enabled ? new TelegramPlatform(telegramOptions(parts)) : null),
]

/** Throws SecretError where a token cannot be read. */
export function chatPlatforms(parts: PlatformParts): readonly ChatPlatform[] {
  return makers.flatMap((make) => make(parts) ?? [])
}
