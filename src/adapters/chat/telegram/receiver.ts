import type { Bot } from 'grammy'

/** The kinds of updates that this adapter reads. */
export const UPDATES = ['message', 'callback_query', 'my_chat_member'] as const

/** One way in which updates come. */
export interface Receiver {
  /**
   * Takes updates until the signal; throws where Telegram fails or refuses. `heard`: told each time that it answers. An
   * update is confirmed only once its handler has ended, and handlers run side by side.
   */
  receive(bot: Bot, signal: AbortSignal, heard: () => void): Promise<void>
  /** Telegram failed elsewhere: look at once whether it is there. */
  suspect(): void
}
