/** What the bot's token must be allowed to do. `docs/slack/manifest.yaml` asks for the same. */
export const SCOPES: readonly string[] = [
  'app_mentions:read',
  'chat:write',
  'commands',
  'files:write',
  'im:history',
  'im:write',
  'users:read',
]
