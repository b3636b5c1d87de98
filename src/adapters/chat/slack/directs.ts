import { SlackRefusal, type Web } from './web.js'

/** Words by which Slack says that somebody takes no direct messages of the bot. */
const CLOSED = new Set([
  'user_disabled',
  'user_not_found',
  'user_not_visible',
  'cannot_dm_bot',
  'missing_scope',
  'channel_not_found',
  'is_archived',
  'messages_tab_disabled',
  'restricted_action',
])

/** The direct messages of the bot, by user: each has one channel, for ever. */
export class Directs {
  private readonly channels = new Map<string, string>()

  learn(user: string, channel: string): void {
    this.channels.set(user, channel)
  }

  async channelOf(web: Web, user: string): Promise<string | 'refused'> {
    const known = this.channels.get(user)
    if (known !== undefined) return known
    try {
      const { channel } = await web.call('conversations.open', '', (client) =>
        client.conversations.open({ users: user }),
      )
      const id = channel?.id ?? ''
      this.learn(user, id)
      return id
    } catch (error) {
      if (isClosed(error)) return 'refused'
      throw error
    }
  }

  /** What was known of them is not true any more. */
  forget(user: string): void {
    this.channels.delete(user)
  }
}

export function isClosed(error: unknown): boolean {
  return error instanceof SlackRefusal && CLOSED.has(error.code)
}
