import type { ChatPlatform } from './bot/chat.js'
import type { Log } from './bot/ports.js'
import type { Config } from './config.js'
import type { Db } from './infra/sqlite/database.js'

/** What a chat platform is given to live with. */
export interface PlatformParts {
  readonly config: Config
  readonly db: Db
  readonly log: Log
}

type Maker = (parts: PlatformParts) => ChatPlatform | null

/** One line a chat platform; null where the configuration does not turn it on. The console is joined apart. */
const makers: readonly Maker[] = []

/** Throws SecretError where a token cannot be read. */
export function chatPlatforms(parts: PlatformParts): readonly ChatPlatform[] {
  return makers.flatMap((make) => make(parts) ?? [])
}
