import { Bot, type Transformer } from 'grammy'

export interface ClientOptions {
  readonly token: string
  /** Without a slash at its end; `https://api.telegram.org`, or a server of one's own. */
  readonly apiRoot: string
}

/** How long Telegram may keep a poll open. */
export const POLL_SECONDS = 25
const LONGEST_MS = 10_000
const SLOW: Readonly<Record<string, number>> = {
  getUpdates: (POLL_SECONDS + 10) * 1000,
  sendDocument: 60_000,
  sendPhoto: 60_000,
  // People look at a turning wheel meanwhile.
  answerCallbackQuery: 3000,
}

/** The library's client with a time limit on every call; it neither retries nor waits by itself. */
export function telegramClient({ token, apiRoot }: ClientOptions): Bot {
  const bot = new Bot(token, { client: { apiRoot } })
  bot.api.config.use(withTimeLimit)
  return bot
}

const withTimeLimit: Transformer = (prev, method, payload, signal) => {
  const limit = AbortSignal.timeout(SLOW[method] ?? LONGEST_MS)
  // Both are the same at run time; the library's type is that of an older polyfill.
  const given = signal as unknown as AbortSignal | undefined
  const both = given === undefined ? limit : AbortSignal.any([given, limit])
  return prev(method, payload, both as unknown as typeof signal)
}
