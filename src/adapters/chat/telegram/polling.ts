import type { Bot } from 'grammy'
import { POLL_SECONDS } from './client.js'
import { UPDATES, type Receiver, type ReceiverNews } from './receiver.js'

const MOST = 100
const LAST_WORD_MS = 2000

/**
 * Long polling. The library's own loop waits for one handler after the other, and confirms the update that it is at when
 * it is stopped (docs/adr/0020).
 */
export class Polling implements Receiver {
  async receive(bot: Bot, signal: AbortSignal, tell: ReceiverNews): Promise<void> {
    await bot.api.deleteWebhook(undefined, polyfilled(signal))
    tell.connected()
    let offset = 0
    // The first poll does not wait: what it brings has piled up, what comes later is new.
    let timeout = 0
    while (!signal.aborted) {
      const options = { offset, limit: MOST, timeout, allowed_updates: UPDATES }
      const updates = await bot.api.getUpdates(options, polyfilled(signal)).catch((error: unknown) => {
        if (signal.aborted) return []
        throw error
      })
      await Promise.all(updates.map((update) => bot.handleUpdate(update)))
      if (!signal.aborted && updates.length < MOST) tell.upToDate()
      timeout = POLL_SECONDS
      offset = (updates.at(-1)?.update_id ?? offset - 1) + 1
    }
    await lastWord(bot, offset)
  }

  suspect(): void {
    // A poll is always open: it notices by itself.
  }
}

/** Confirms what was handled, so that it does not come again at the next start. */
async function lastWord(bot: Bot, offset: number): Promise<void> {
  if (offset === 0) return
  const limit = polyfilled(AbortSignal.timeout(LAST_WORD_MS))
  await bot.api.getUpdates({ offset, limit: 1, timeout: 0 }, limit).catch(() => undefined)
}

/** The library's type is that of an older polyfill of the same thing. */
function polyfilled(signal: AbortSignal): Parameters<Bot['api']['getUpdates']>[1] {
  return signal as unknown as Parameters<Bot['api']['getUpdates']>[1]
}
