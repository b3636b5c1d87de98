import type { Clock } from '../../../core/ports.js'
import type { Log } from '../../../bot/ports.js'
import type { Web } from './web.js'

const FRESH_MS = 10 * 60_000

/** Who is in which user group: asked for as a whole, since Slack says it with nothing that people do. */
export class UserGroups {
  private byUser: ReadonlyMap<string, readonly string[]> = new Map()
  private askedAt = Number.NEGATIVE_INFINITY
  private asking: Promise<void> | null = null

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** As Slack last said; asks again in the background where that is a while ago. */
  of(web: Web, user: string): readonly string[] {
    if (this.clock.now().getTime() - this.askedAt > FRESH_MS) void this.refresh(web)
    return this.byUser.get(user) ?? []
  }

  /** Never throws: where Slack does not say, what it said last stays. */
  refresh(web: Web): Promise<void> {
    this.asking ??= this.ask(web).finally(() => (this.asking = null))
    return this.asking
  }

  private async ask(web: Web): Promise<void> {
    this.askedAt = this.clock.now().getTime()
    try {
      const { usergroups = [] } = await web.call('usergroups.list', '', (client) =>
        client.usergroups.list({ include_users: true }),
      )
      const found = new Map<string, string[]>()
      for (const { id, users = [] } of usergroups) {
        for (const user of id === undefined ? [] : users) found.set(user, [...(found.get(user) ?? []), id ?? ''])
      }
      this.byUser = found
    } catch (error) {
      this.log('Slack does not say who is in which user group', { error })
    }
  }
}
