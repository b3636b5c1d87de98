import { PlatformRefusal, type MessageRef, type PlaceId } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import { identityText, type Identity } from '../../../core/person.js'
import { answerAt } from './answer-at.js'
import { isClosed, type Directs } from './directs.js'
import { bringFiles, hasFiles, showFiles } from './files.js'
import { directOf, readPlace, readRef, writeRef, type Place } from './place.js'
import { render } from './render.js'
import type { ResponseAddresses } from './response-addresses.js'
import { isAtHome, type Self } from './self.js'
import { SlackRefusal, type Web } from './web.js'

/** The bot is not in the channel: Slack says of a private one that it does not exist. */
const OUTSIDE = new Set([
  'not_in_channel',
  'channel_not_found',
  'user_not_in_channel',
  'is_archived',
  'restricted_action',
])
/** Nobody can change it any more. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', ...OUTSIDE])
const QUIET = { unfurl_links: false, unfurl_media: false } as const

export interface DeliveryParts {
  /** Throws InfraError while there is no connection. */
  readonly session: () => { readonly web: Web; readonly self: Self }
  readonly directs: Directs
  readonly answers: ResponseAddresses
  readonly log: Log
}

/** Where each message goes: the channel, one person alone in it, or their direct messages; and how it is changed. */
export class Delivery {
  constructor(private readonly parts: DeliveryParts) {}

  async post(
    place: PlaceId,
    to: Identity | 'all',
    message: PlatformMessage,
    live: boolean,
  ): Promise<MessageRef | 'refused'> {
    const at = readPlace(place)
    const direct = directOf(at)
    if (direct !== null) return this.inDirect(direct, at.thread, message)
    if (to === 'all') return this.forAll(at, place, message, live)
    return this.forOne(at, place, to, message, live)
  }

  async direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (!isAtHome(this.parts.session().self, identity)) return 'refused'
    return this.inDirect(identity.user, null, message)
  }

  async edit(ref: MessageRef, message: PlatformMessage, live: boolean): Promise<MessageRef | 'gone'> {
    const known = readRef(ref)
    switch (known.kind) {
      case 'over':
        return 'gone'
      case 'told':
        return live ? ref : this.tellEnd(known, message)
      case 'posted':
        return (await this.change(known, message)) ? ref : 'gone'
      default:
        return known satisfies never
    }
  }

  /** What could not be changed on its way is told once more at its end; that is all that can be done for it. */
  private async tellEnd(
    { place, to }: { readonly place: PlaceId; readonly to: string },
    message: PlatformMessage,
  ): Promise<MessageRef | 'gone'> {
    const at = readPlace(place)
    try {
      const told = to === 'all' ? await this.forAll(at, place, message, false) : await this.alone(at, to, message)
      return told ?? 'gone'
    } catch (error) {
      if (error instanceof PlatformRefusal) return 'gone'
      throw error
    }
  }

  private async forAll(at: Place, place: PlaceId, message: PlatformMessage, live: boolean): Promise<MessageRef> {
    try {
      return await this.say(at.channel, at.thread, message)
    } catch (error) {
      if (!isOutside(error)) throw error
      const told = await this.answer(at, 'all', message)
      if (!told) throw error
      return live ? writeRef({ kind: 'told', place, to: 'all' }) : writeRef({ kind: 'over' })
    }
  }

  /** What will change, and what has files, cannot be for one alone in a channel: it goes to their direct messages. */
  private async forOne(
    at: Place,
    place: PlaceId,
    to: Identity,
    message: PlatformMessage,
    live: boolean,
  ): Promise<MessageRef | 'refused'> {
    const isForDirect = live || hasFiles(message)
    const direct = isForDirect ? await this.direct(to, message) : 'refused'
    if (direct !== 'refused') return direct
    const key = identityText(to)
    if ((await this.alone(at, key, message)) !== null) {
      return live ? writeRef({ kind: 'told', place, to: key }) : writeRef({ kind: 'over' })
    }
    return isForDirect ? 'refused' : this.direct(to, message)
  }

  /** Null where they cannot be shown something alone there. */
  private async alone(at: Place, to: string, message: PlatformMessage): Promise<MessageRef | null> {
    if (await this.answer(at, to, message)) return writeRef({ kind: 'over' })
    const { web, self } = this.parts.session()
    const [platform = '', workspace = '', user = ''] = to.split(':')
    if (!isAtHome(self, { platform, workspace, user })) return null
    const content = { channel: at.channel, user, ...render(message), ...threadOf(at.thread) }
    try {
      await web.call('chat.postEphemeral', '', (client) => client.chat.postEphemeral(content))
      return writeRef({ kind: 'over' })
    } catch (error) {
      if (isOutside(error)) return null
      throw error
    }
  }

  /** At the address that came with what somebody did: it needs no membership, and is the surest way to one alone. */
  private async answer(at: Place, to: string | 'all', message: PlatformMessage): Promise<boolean> {
    const url = this.parts.answers.take(at.event, to)
    if (url === null) return false
    const body = {
      ...render(message),
      ...QUIET,
      ...threadOf(at.thread),
      response_type: to === 'all' ? 'in_channel' : 'ephemeral',
      replace_original: false,
    }
    if ((await answerAt(url, body)) === 'said') return true
    this.parts.answers.forget(at.event)
    return false
  }

  /** `whom`: the id of the direct message, or of the one whom it is with. */
  private async inDirect(
    whom: string,
    thread: string | null,
    message: PlatformMessage,
  ): Promise<MessageRef | 'refused'> {
    const { directs, session } = this.parts
    const channel = whom.startsWith('D') ? whom : await directs.channelOf(session().web, whom)
    if (channel === 'refused') return 'refused'
    try {
      return await this.say(channel, thread, message)
    } catch (error) {
      if (!isClosed(error)) throw error
      directs.forget(whom)
      return 'refused'
    }
  }

  private async say(channel: string, thread: string | null, message: PlatformMessage): Promise<MessageRef> {
    const { web } = this.parts.session()
    const files = await bringFiles(web, message)
    const content = { channel, ...render(message), ...QUIET, ...threadOf(thread) }
    const { ts = '' } = await web.call('chat.postMessage', channel, (client) => client.chat.postMessage(content))
    // What was said is not said again for the sake of a file.
    await showFiles(web, files, channel, thread).catch((error: unknown) =>
      this.parts.log('a file could not be shown', { error }),
    )
    return writeRef({ kind: 'posted', channel, ts })
  }

  /** False where there is nothing to change any more. Unlike a new message, a changed one would read names behind `@`. */
  private async change({ channel, ts }: { channel: string; ts: string }, message: PlatformMessage): Promise<boolean> {
    const { web } = this.parts.session()
    const content = { channel, ts, ...render(message), parse: 'none' as const, link_names: false }
    try {
      await web.call('chat.update', '', (client) => client.chat.update(content))
      return true
    } catch (error) {
      if (error instanceof SlackRefusal && GONE.has(error.code)) return false
      throw error
    }
  }
}

function isOutside(error: unknown): boolean {
  return error instanceof SlackRefusal && OUTSIDE.has(error.code)
}

function threadOf(thread: string | null): { thread_ts?: string } {
  return thread === null ? {} : { thread_ts: thread }
}
