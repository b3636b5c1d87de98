import { InteractionResponseType, InteractionType, MessageFlags, type APIInteraction } from 'discord.js'
import type { Asker, Audience, CommandMenuEntry, Form, Router } from '../../../bot/chat.js'
import type { CommandCall, PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import type { DiscordApi } from './api.js'
import { cut, limits } from './limits.js'
import type { OpenInteractions } from './open-interactions.js'
import { askerOf, inputOf, sentAt } from './read-interaction.js'
import { renderForm, formButton } from './render-form.js'
import { renderMessage } from './render.js'

/** What is older when it arrives can no longer be answered where it was asked. */
const ANSWERABLE_MS = 3000
/** As old as this it is not even asked back: the router says that it came too late. */
const STALE_MS = 5 * 60_000

export interface ReceiverParts {
  readonly api: DiscordApi
  readonly open: OpenInteractions
  readonly router: Router
  readonly menu: readonly CommandMenuEntry[]
  /** Where an answer goes whose interaction is dead. */
  readonly direct: (asker: Asker, message: PlatformMessage) => Promise<unknown>
  readonly log: Log
}

interface Asked {
  readonly interaction: APIInteraction
  readonly asker: Asker
  readonly sentAt: Date
}

/** Each interaction becomes a question to the router, and has its first answer at once: Discord waits three seconds. */
export class Receiver {
  constructor(private readonly parts: ReceiverParts) {}

  take(interaction: APIInteraction): void {
    const { router, open, log } = this.parts
    const asker = askerOf(interaction)
    const input = inputOf(interaction)
    if (asker === null || input === null || open.has(interaction.id)) return
    const asked = { interaction, asker, sentAt: sentAt(interaction.id) }
    if (asker.isPrivate) router.reachable(asker.identity)
    this.answer(asked, router.parse(asker, input)).catch((error: unknown) => {
      log('an interaction could not be answered', { interaction: interaction.id, error })
    })
  }

  private async answer(asked: Asked, parsed: ReturnType<Router['parse']>): Promise<void> {
    switch (parsed.kind) {
      case 'complete':
        return this.complete(asked, parsed.choices)
      case 'refuse':
        return this.say(asked, parsed.message)
      case 'form':
        return this.ask(asked, parsed.form)
      case 'run':
        return this.run(asked, parsed.call, parsed.audience)
      default:
        return parsed satisfies never
    }
  }

  private async complete({ interaction }: Asked, words: readonly string[]): Promise<void> {
    const fitting = words.filter((word) => word.trim() !== '' && word.length <= limits.choice)
    const choices = fitting.slice(0, limits.choices).map((value) => ({ name: cut(value, limits.choice), value }))
    const type = InteractionResponseType.ApplicationCommandAutocompleteResult as const
    await this.parts.api.respond(interaction.id, interaction.token, { type, data: { choices } })
  }

  private async ask(asked: Asked, form: Form): Promise<void> {
    const { api } = this.parts
    const { interaction } = asked
    const age = Date.now() - asked.sentAt.getTime()
    if (age > STALE_MS) return this.run(asked, form.call, 'caller')
    // A modal cannot follow on a modal.
    if (interaction.type === InteractionType.ModalSubmit) return this.say(asked, formButton(form))
    const response = { type: InteractionResponseType.Modal as const, data: renderForm(form) }
    const isShown = age <= ANSWERABLE_MS && (await api.respond(interaction.id, interaction.token, response))
    if (!isShown) await this.parts.direct(asked.asker, formButton(form))
  }

  /** At once, to the asker alone. */
  private async say({ interaction, asker }: Asked, message: PlatformMessage): Promise<void> {
    const rendered = renderMessage(message, this.parts.menu)
    const flags = rendered.payload.flags | (asker.isPrivate ? 0 : MessageFlags.Ephemeral)
    const type = InteractionResponseType.ChannelMessageWithSource as const
    const response = { type, data: { ...rendered.payload, flags } }
    const isSaid = await this.parts.api.respond(interaction.id, interaction.token, response, rendered)
    if (!isSaid) await this.parts.direct(asker, message)
  }

  /** Written down first, then acknowledged; who will see the answer is fixed with that. */
  private async run({ interaction, asker, sentAt }: Asked, call: CommandCall, audience: Audience): Promise<void> {
    const { api, open, router } = this.parts
    const { id, token } = interaction
    const { refused } = router.accept({ asker, eventKey: id, sentAt }, call, audience)
    if (refused !== null) return this.say({ interaction, asker, sentAt }, refused)
    const sees = audience === 'caller' && !asker.isPrivate ? 'caller' : 'place'
    const response = {
      type: InteractionResponseType.DeferredChannelMessageWithSource as const,
      ...(sees === 'caller' && { data: { flags: MessageFlags.Ephemeral as const } }),
    }
    const answered = api.respond(id, token, response)
    const isAnswered = answered.catch(() => false)
    const opened = open.begin(id, token, sentAt.getTime(), isAnswered)
    if (opened !== null) opened.loading = sees
    await answered
  }
}
