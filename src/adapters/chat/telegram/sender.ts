import { InputFile, type Api } from 'grammy'
import type { ForceReply, InlineKeyboardMarkup, Message } from 'grammy/types'
import type { MessageRef } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import { readRef, writeRef, type Place } from './places.js'
import { render, type Rendered, type RenderedFile } from './render.js'
import { asThrown, troubleOf } from './trouble.js'

/** What goes out beside text: buttons, or a field for an answer. */
export interface Extras {
  readonly markup?: InlineKeyboardMarkup | ForceReply
  readonly replyTo?: number
}

const QUIET = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const

/** Brings messages to Telegram. Throws RateLimited, PlatformRefusal, or InfraError for "try again". */
export class Sender {
  /** Groups that became supergroups, by their old ids. */
  private readonly moved = new Map<string, string>()

  /** `suspect`: told when Telegram cannot be reached, or refuses the token. */
  constructor(
    private readonly api: Api,
    private readonly suspect: () => void,
  ) {}

  groupMoved(from: string, to: string): void {
    this.moved.set(from, to)
  }

  /** `closed`: the bot may not write there. */
  async send(place: Place, message: PlatformMessage): Promise<MessageRef | 'closed'> {
    const rendered = render(message)
    const [file, ...more] = rendered.files
    const extras = rendered.keyboard === null ? {} : { markup: rendered.keyboard }
    if (file !== undefined && more.length === 0 && rendered.fitsCaption) {
      return this.put(place, (at) => this.sendFile(at, file, rendered.html, extras))
    }
    const ref = await this.sendHtml(place, rendered.html, extras)
    if (ref === 'closed') return ref
    for (const one of rendered.files) await this.put(place, (at) => this.sendFile(at, one, undefined, {}))
    return ref
  }

  async sendHtml(place: Place, html: string, { markup, replyTo }: Extras): Promise<MessageRef | 'closed'> {
    return this.put(place, ({ chat, topic }) =>
      this.api.sendMessage(chat, html, {
        ...QUIET,
        ...(topic !== null && { message_thread_id: topic }),
        ...(markup !== undefined && { reply_markup: markup }),
        ...(replyTo !== undefined && { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
      }),
    )
  }

  /** Answers where the message is now: a group that became a supergroup gets it anew. */
  async edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef | 'gone'> {
    const rendered = render(message)
    const { place } = readRef(ref)
    const edited = this.moved.has(place.chat) ? 'moved' : await this.editHtml(ref, rendered)
    if (edited !== 'moved') return edited
    const sent = await this.send(place, message)
    return sent === 'closed' ? 'gone' : sent
  }

  /** Without a keyboard, the message loses the one that it has. `moved`: its group has another id now. */
  async editHtml(
    ref: MessageRef,
    rendered: Pick<Rendered, 'html' | 'keyboard'>,
  ): Promise<MessageRef | 'gone' | 'moved'> {
    const { html, keyboard } = rendered
    const markup = keyboard === null ? {} : { reply_markup: keyboard }
    return this.change(ref, (chat, id) => this.api.editMessageText(chat, id, html, { ...QUIET, ...markup }))
  }

  async dropKeyboard(ref: MessageRef): Promise<void> {
    await this.change(ref, (chat, id) => this.api.editMessageReplyMarkup(chat, id))
  }

  /** Telegram's own words for why a press came too late are the only date that it has. */
  async answerPress(id: string, alert: string | null): Promise<'fresh' | 'too-old'> {
    try {
      await this.api.answerCallbackQuery(id, alert === null ? {} : { text: alert, show_alert: true })
      return 'fresh'
    } catch (error) {
      if (troubleOf(error).trouble === 'too-old') return 'too-old'
      throw this.thrown('answerCallbackQuery', error)
    }
  }

  private async change(
    ref: MessageRef,
    edit: (chat: string, message: number) => Promise<unknown>,
  ): Promise<MessageRef | 'gone' | 'moved'> {
    const { place, message } = readRef(ref)
    try {
      await edit(place.chat, message)
      return ref
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.trouble === 'unchanged') return ref
      if (trouble.trouble === 'gone') return 'gone'
      if (trouble.trouble !== 'migrated') throw this.thrown('an edit', error)
      this.groupMoved(place.chat, trouble.to)
      return 'moved'
    }
  }

  private async sendFile(
    { chat, topic }: Place,
    { kind, name, bytes }: RenderedFile,
    caption: string | undefined,
    { markup }: Extras,
  ): Promise<Message> {
    const options = {
      ...(caption !== undefined && { caption, parse_mode: QUIET.parse_mode }),
      ...(topic !== null && { message_thread_id: topic }),
      ...(markup !== undefined && { reply_markup: markup }),
    }
    const file = new InputFile(bytes, name)
    return kind === 'photo' ? this.api.sendPhoto(chat, file, options) : this.api.sendDocument(chat, file, options)
  }

  /** Follows a group to its new id, and leaves a topic that is closed or gone for the group itself. */
  private async put(place: Place, send: (place: Place) => Promise<Message>): Promise<MessageRef | 'closed'> {
    let at: Place = { ...place, chat: this.moved.get(place.chat) ?? place.chat }
    for (;;) {
      try {
        return writeRef(at, (await send(at)).message_id)
      } catch (error) {
        const trouble = troubleOf(error)
        if (trouble.trouble === 'closed') return 'closed'
        if (trouble.trouble === 'no-topic' && at.topic !== null) at = { ...at, topic: null }
        else if (trouble.trouble === 'migrated' && trouble.to !== at.chat) {
          this.groupMoved(place.chat, trouble.to)
          at = { ...at, chat: trouble.to }
        } else throw this.thrown('a message', error)
      }
    }
  }

  private thrown(what: string, error: unknown): Error {
    const trouble = troubleOf(error)
    if (trouble.trouble === 'unreachable' || trouble.trouble === 'unauthorized') this.suspect()
    return asThrown(what, trouble)
  }
}
