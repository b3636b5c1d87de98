import type { Bot } from 'grammy'

/** The kinds of updates that this adapter reads. */
export const UPDATES = ['message', 'callback_query', 'my_chat_member'] as const

export interface ReceiverNews {
  /** Telegram is there. */
  readonly connected: () => void
  /** All that had come by now was taken: what comes from here on is new. */
  readonly upToDate: () => void
}

/** One way in which updates come. */
export interface Receiver {
  /**
   * Takes updates until the signal; throws where Telegram fails or refuses. An update is confirmed only once its handler
   * has ended, and handlers run side by side.
   */
  receive(bot: Bot, signal: AbortSignal, tell: ReceiverNews): Promise<void>
  /** Telegram failed elsewhere: look at once whether it is there. */
  suspect(): void
}
