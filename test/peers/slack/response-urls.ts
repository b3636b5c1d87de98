import type { Clock } from './clock.js'
import { contentOf } from './content.js'
import { Refused } from './refused.js'
import { BOT_USER, type Posted, type Workspace } from './workspace.js'

const USES = 5
const LIFETIME_MS = 30 * 60_000

/** What a person did: where the answers to it go. */
export interface Source {
  readonly user: string
  readonly channel: string
  readonly threadTs: string | null
  /** The message with the button; null for a command. */
  readonly message: Posted | null
}

interface Given {
  readonly text?: unknown
  readonly blocks?: unknown
  readonly response_type?: unknown
  readonly replace_original?: unknown
  readonly delete_original?: unknown
  readonly thread_ts?: unknown
  readonly unfurl_links?: unknown
  readonly unfurl_media?: unknown
}

const KEYS = new Set<string>([
  'text',
  'blocks',
  'response_type',
  'replace_original',
  'delete_original',
  'thread_ts',
  'unfurl_links',
  'unfurl_media',
  'parse',
  'link_names',
  'mrkdwn',
] satisfies (keyof Given | 'parse' | 'link_names' | 'mrkdwn')[])

/** Addresses that need no token, and no membership of the bot: five answers in thirty minutes. */
export class ResponseUrls {
  private readonly issued = new Map<string, { readonly source: Source; readonly until: number; uses: number }>()

  constructor(
    private readonly workspace: Workspace,
    private readonly clock: Clock,
  ) {}

  /** The path under this server. */
  issue(source: Source): string {
    const path = `/${source.message === null ? 'commands' : 'actions'}/T0SAND/${this.issued.size + 1}/secret`
    this.issued.set(path, { source, until: this.clock.now() + LIFETIME_MS, uses: 0 })
    return path
  }

  /** Throws Refused; what is refused counts as a use too. */
  answer(path: string, given: Given): void {
    const issued = this.issued.get(path)
    if (issued === undefined) throw new Refused('no_service')
    if (issued.until < this.clock.now()) throw new Refused('expired_url')
    if (issued.uses >= USES) throw new Refused('used_url')
    issued.uses += 1
    const unknown = Object.keys(given).find((key) => !KEYS.has(key))
    if (unknown !== undefined) throw new Refused('invalid_payload')
    const { message } = issued.source
    if (given.delete_original === true && message !== null) {
      message.isDeleted = true
      return
    }
    const content = contentOf(given)
    if (given.replace_original === true && message !== null) {
      this.workspace.change(message, content)
      return
    }
    this.workspace.post({
      ...content,
      channel: issued.source.channel,
      threadTs: typeof given.thread_ts === 'string' ? given.thread_ts : null,
      author: BOT_USER,
      only: given.response_type === 'in_channel' ? null : issued.source.user,
      unfurls: given.unfurl_links !== false || given.unfurl_media !== false,
    })
  }
}
