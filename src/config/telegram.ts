import type { TelegramOptions } from '../adapters/chat/telegram/telegram-platform.js'
import type { PlatformParts } from '../chat-platforms.js'
import { SqliteQuestions } from '../infra/sqlite/questions.js'
import { readSecret } from './secret.js'

/** Throws SecretError. */
export function telegramOptions({ config, db, clock, log }: PlatformParts): TelegramOptions {
  const { token_file, mode, webhook_url, listen, api_root } = config.telegram
  const root = api_root ?? process.env['TELEGRAM_API_ROOT'] ?? 'https://api.telegram.org'
  const at = listen.lastIndexOf(':')
  const local = { host: listen.slice(0, at).replaceAll(/[[\]]/g, ''), port: Number(listen.slice(at + 1)) }
  const admins = config.access.admins.filter((one) => one.platform === 'telegram').map((one) => Number(one.user))
  return {
    token: readSecret(token_file ?? ''),
    apiRoot: root.replace(/\/+$/, ''),
    webhook: mode === 'webhook' && webhook_url !== undefined ? { url: webhook_url, ...local } : null,
    admins: admins.filter((id) => Number.isSafeInteger(id)),
    questions: new SqliteQuestions(db),
    clock,
    log,
  }
}
