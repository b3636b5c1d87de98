import type { Logger } from '@slack/bolt'
import type { Log } from '../../../bot/ports.js'

const MINUTE_MS = 60_000

/** What the library itself complains of, each sentence once a minute: anybody can send it requests that are not signed. */
export function boltLog(log: Log): Logger {
  const told = new Map<string, number>()
  const tell = (...words: readonly unknown[]): void => {
    const sentence = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ')
    if (Date.now() - (told.get(sentence) ?? 0) < MINUTE_MS) return
    if (told.size > 100) told.clear()
    told.set(sentence, Date.now())
    log('Slack’s library complains', { sentence })
  }
  return { ...silence, warn: tell, error: tell }
}

/** Connections are reported in our own words. */
const quiet = (): void => undefined
export const silence: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  getLevel: () => 'info' as ReturnType<Logger['getLevel']>,
  setName: quiet,
}
