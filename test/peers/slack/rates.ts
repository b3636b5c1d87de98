import type { Clock } from './clock.js'

const MINUTE_MS = 60_000
/** Tier 3 and tier 4, the lowest that Slack promises; in a channel one message a second. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.postMessage': 60,
  'chat.update': 50,
  'chat.delete': 50,
  'conversations.open': 50,
  'chat.postEphemeral': 100,
  'files.completeUploadExternal': 100,
  'files.getUploadURLExternal': 100,
  'users.info': 100,
  'views.open': 100,
  'views.publish': 100,
}

/** How often each method may be called, by the minute; posting, by the channel. */
export class Rates {
  private readonly calls = new Map<string, number[]>()

  constructor(private readonly clock: Clock) {}

  /** Counts a call; how many milliseconds it came too early, or 0. */
  take(method: string, channel: string): number {
    const most = PER_MINUTE[method]
    if (most === undefined) return 0
    const key = method === 'chat.postMessage' ? `${method} ${channel}` : method
    const now = this.clock.now()
    const recent = (this.calls.get(key) ?? []).filter((at) => at > now - MINUTE_MS)
    const wait = recent.length < most ? 0 : (recent[0] ?? now) + MINUTE_MS - now
    this.calls.set(key, wait > 0 ? recent : [...recent, now])
    return wait
  }
}
