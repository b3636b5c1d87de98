import type { CommandMenuEntry, MessageRef } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import { readPlace, readRef, writeRef } from './addresses.js'
import type { DiscordApi } from './api.js'
import { codes, forOutbox, hasCode, isDead } from './failures.js'
import type { OpenInteraction, OpenInteractions } from './open-interactions.js'
import { renderMessage, type Rendered } from './render.js'

/** Puts messages where they belong: into an answer while its interaction lives, otherwise with the bot's own token. */
export class Speaker {
  constructor(
    private readonly api: DiscordApi,
    private readonly open: OpenInteractions,
    private readonly menu: () => readonly CommandMenuEntry[],
  ) {}

  async post(place: string, to: string | 'all', message: PlatformMessage): Promise<MessageRef | 'refused'> {
    const { channel, interaction, isPrivate } = readPlace(place)
    const rendered = renderMessage(message, this.menu())
    return translated(async () => {
      const open = await this.open.find(interaction)
      if (to === 'all' || isPrivate) return this.toAll(channel, interaction, open, rendered)
      if (open === null || interaction === null) return this.direct(to, rendered)
      return this.toOne(to, interaction, open, rendered)
    })
  }

  async edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef | 'refused' | 'gone'> {
    const rendered = renderMessage(message, this.menu())
    const where = readRef(ref)
    return translated(async () => {
      try {
        const open = await this.open.find(where.interaction)
        if (open !== null && (await this.editByToken(open, where.interaction ?? '', where.message, rendered)))
          return ref
        if ('user' in where) return await this.direct(where.user, rendered)
        await this.api.edit(where.channel, where.message, rendered)
        return ref
      } catch (error) {
        if (hasCode(error, codes.unknownMessage, codes.unknownChannel)) return 'gone'
        throw error
      }
    })
  }

  async directTo(user: string, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    return translated(() => this.direct(user, renderMessage(message, this.menu())))
  }

  private async direct(user: string, rendered: Rendered): Promise<MessageRef | 'refused'> {
    try {
      const channel = await this.api.directChannel(user)
      const { id } = await this.api.post(channel, rendered)
      return writeRef({ channel, message: id, interaction: null })
    } catch (error) {
      if (hasCode(error, codes.closedDirect, codes.badRecipient)) return 'refused'
      throw error
    }
  }

  /** In the place of "thinking …" where all were to see that; with the bot's own token everywhere else. */
  private async toAll(
    channel: string,
    interaction: string | null,
    open: OpenInteraction | null,
    rendered: Rendered,
  ): Promise<MessageRef> {
    const original = open === null ? null : await this.intoOriginal(open, 'place', interaction, rendered)
    if (original !== null) return writeRef({ channel, message: original, interaction })
    try {
      const { id } = await this.api.post(channel, rendered)
      return writeRef({ channel, message: id, interaction: null })
    } catch (error) {
      if (open === null || !hasCode(error, codes.missingAccess, codes.missingPermissions)) throw error
      return this.open.inTurn(open, async () => {
        // A follow-up would slip into what is for one alone.
        if (open.loading !== null) throw new Error('Discord: the answer to the asker comes first', { cause: error })
        const { id } = await this.api.followUp(open.token, rendered, false)
        return writeRef({ channel, message: id, interaction })
      })
    }
  }

  private async toOne(
    user: string,
    interaction: string,
    open: OpenInteraction,
    rendered: Rendered,
  ): Promise<MessageRef | 'refused'> {
    try {
      const original = await this.intoOriginal(open, 'caller', interaction, rendered)
      if (original !== null) return writeRef({ user, message: original, interaction })
      return await this.open.inTurn(open, async () => {
        // All would see it there: who sees an answer is fixed when it is put off.
        if (open.loading !== null) await this.api.deleteOriginal(open.token)
        open.loading = null
        const { id } = await this.api.followUp(open.token, rendered, true)
        return writeRef({ user, message: id, interaction })
      })
    } catch (error) {
      if (!isDead(error)) throw error
      this.open.forget(interaction)
      return this.direct(user, rendered)
    }
  }

  /** Null where nothing stands there for these readers. */
  private async intoOriginal(
    open: OpenInteraction,
    readers: 'caller' | 'place',
    interaction: string | null,
    rendered: Rendered,
  ): Promise<string | null> {
    return this.open.inTurn(open, async () => {
      if (open.loading !== readers) return null
      try {
        const { id } = await this.api.editOriginal(open.token, rendered)
        open.loading = null
        return id
      } catch (error) {
        if (!isDead(error) && !hasCode(error, codes.unknownMessage)) throw error
        open.loading = null
        if (isDead(error)) this.open.forget(interaction ?? '')
        return null
      }
    })
  }

  /** False where the token is dead after all. */
  private async editByToken(open: OpenInteraction, id: string, message: string, rendered: Rendered): Promise<boolean> {
    try {
      await this.api.editByToken(open.token, message, rendered)
      return true
    } catch (error) {
      if (!isDead(error)) throw error
      this.open.forget(id)
      return false
    }
  }
}

async function translated<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw forOutbox(error)
  }
}
