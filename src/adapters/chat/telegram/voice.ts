import type { Message } from 'grammy/types'
import type { Asker, MessageRef, PlaceId } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Background } from './background.js'
import { hereLink } from './deep-link.js'
import { topicOf, type Event } from './event.js'
import type { Hints } from './hints.js'
import { isGroup, readPlace, writePlace, type Place } from './places.js'
import type { Sender } from './sender.js'

export interface VoiceParts {
  readonly sender: Sender
  readonly background: Background
  readonly hints: Hints
  readonly botName: () => string
}

/** What is said to one alone, and the few lines that are this platform's own. */
export class Voice {
  constructor(private readonly parts: VoiceParts) {}

  /** In the private chat, wherever they asked. Where that is closed, the group hears how it can be opened. */
  async alone(place: PlaceId, user: string, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    const asked = readPlace(place)
    const sent = await this.parts.sender.send(asked.chat === user ? asked : { chat: user, topic: null }, message)
    if (sent !== 'closed') return sent
    if (isGroup(asked.chat)) this.hint(asked, user)
    return 'refused'
  }

  tell(asker: Asker, message: PlatformMessage): void {
    this.parts.background.run('an answer', () => this.alone(asker.place, asker.identity.user, message))
  }

  /** One identity stands for all who hide behind a group or a channel: it can be given no rights. */
  refuseNameless(message: Message): void {
    const place = { chat: String(message.chat.id), topic: topicOf(message) }
    if (!this.parts.hints.isDue(`nameless ${writePlace(place)}`)) return
    this.say(
      place,
      'I cannot tell who you are while you write as the group or a channel. Turn that off (Remain Anonymous), or write to me in private.',
    )
  }

  /** A field for an answer stays as it is: the word comes after it. */
  cancelled({ asker }: Event): void {
    if (!asker.isPrivate) this.say(readPlace(asker.place), 'Cancelled. Nothing was done.')
  }

  textOnly(asker: Asker): void {
    this.say(readPlace(asker.place), 'I read text only. For what I can do: /help')
  }

  reachable(asker: Asker): void {
    this.say(readPlace(asker.place), 'Now I can write to you here. What waited for you comes next.')
  }

  over({ asker }: Event): void {
    this.tell(asker, text('That question is over. Send the command again.'))
  }

  private hint(place: Place, user: string): void {
    const { hints, botName } = this.parts
    if (!hints.isDue(`private ${user}`)) return
    const words =
      'An answer is for the one who asked alone. Open the private chat with me and press Start: it comes there.'
    const button = { label: 'Open the private chat', url: hereLink(botName()) }
    this.put(place, { blocks: [...text(words).blocks, { block: 'buttons', buttons: [button] }] })
  }

  private say(place: Place, words: string): void {
    this.put(place, text(words))
  }

  private put(place: Place, message: PlatformMessage): void {
    this.parts.background.run('a line', () => this.parts.sender.send(place, message))
  }
}

function text(words: string): PlatformMessage {
  return { blocks: [{ block: 'text', inlines: [words] }] }
}
