import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ChannelType,
  ComponentType,
  GatewayDispatchEvents,
  InteractionContextType,
  InteractionType,
  Locale,
  type APIApplicationCommand,
  type APIBaseInteraction,
  type APIInteractionGuildMember,
  type GuildMemberFlags,
} from 'discord-api-types/v10'
import { messageOf, userOf } from './api.js'
import { readMarkdown } from './markdown.js'
import type { Gateway } from './gateway.js'
import type { Interaction, Interactions, OpenForm } from './interactions.js'
import { shownOf, type Shown } from './shown.js'
import { choose, isNamed } from './typed-command.js'
import { textDisplays, type PeerChannel, type PeerUser, type World } from './world.js'

export interface Surroundings {
  readonly world: World
  readonly gateway: Gateway
  readonly interactions: Interactions
  readonly deliveries: () => number
}

/** What one person does and sees. `agoMs`: the request is told so much later than it was made. */
export class Person {
  constructor(
    readonly user: PeerUser,
    private readonly around: Surroundings,
  ) {}

  get id(): string {
    return this.user.id
  }

  /** Types a slash command as the menu offers it: `create myapp`. */
  command(channel: PeerChannel, words: string, agoMs = 0): Interaction {
    const { command, options } = choose(this.menu(channel), words, true)
    const data = { id: command.id, name: command.name, type: ApplicationCommandType.ChatInput, options }
    return this.send(InteractionType.ApplicationCommand, channel, data, null, agoMs)
  }

  /** Whether the menu has a command for these words. */
  knows(channel: PeerChannel, words: string): boolean {
    return isNamed(this.menu(channel), words)
  }

  /** With a menu of yesterday: names a sub-command that is no more. */
  outdated(channel: PeerChannel, name: string): Interaction {
    const [command] = this.menu(channel)
    const options = [{ name, type: ApplicationCommandOptionType.Subcommand, options: [] }]
    const data = { id: command?.id, name: command?.name, type: ApplicationCommandType.ChatInput, options }
    return this.send(InteractionType.ApplicationCommand, channel, data, null, 0)
  }

  /** Waits at the last word that was typed. The choices come with the answer. */
  complete(channel: PeerChannel, words: string): Interaction {
    const { command, options } = choose(this.menu(channel), words, false)
    const data = { id: command.id, name: command.name, type: ApplicationCommandType.ChatInput, options }
    return this.send(InteractionType.ApplicationCommandAutocomplete, channel, data, null, 0)
  }

  /** Presses a button that this person sees. */
  press(message: Shown, label: string, agoMs = 0): Interaction {
    const button = message.buttons.find((one) => one.label === label)
    if (button?.customId === undefined || button.customId === null)
      throw new Error(`There is no button "${label}" on: ${message.text}`)
    const data = { component_type: ComponentType.Button, custom_id: button.customId }
    return this.send(InteractionType.MessageComponent, this.channelOf(message), data, message.id, agoMs)
  }

  /** Presses a button with an id of one's own making, as only a forged client can. */
  forge(message: Shown, customId: string): Interaction {
    const data = { component_type: ComponentType.Button, custom_id: customId }
    return this.send(InteractionType.MessageComponent, this.channelOf(message), data, message.id, 0)
  }

  choose(message: Shown, value: string): Interaction {
    const select = message.selects.find((one) => one.values.includes(value))
    if (select === undefined) throw new Error(`There is no choice "${value}" on: ${message.text}`)
    const data = { component_type: ComponentType.StringSelect, custom_id: select.customId, values: [value] }
    return this.send(InteractionType.MessageComponent, this.channelOf(message), data, message.id, 0)
  }

  get form(): OpenForm | null {
    return this.around.interactions.forms.get(this.id) ?? null
  }

  /** The labels of the open form by the ids of what it asks for. */
  get fields(): ReadonlyMap<string, string> | null {
    const labels = this.form?.modal.components.filter((part) => part.type === ComponentType.Label)
    return labels === undefined ? null : new Map(labels.map(({ component, label }) => [component.custom_id, label]))
  }

  /** What the open form says. */
  get formText(): string {
    const modal = this.form?.modal
    return [modal?.title ?? '', ...textDisplays(modal?.components).map((text) => readMarkdown(text).text)].join('\n')
  }

  /** Fills the open form by its labels, and sends it. */
  fillIn(answers: Readonly<Record<string, string>>, agoMs = 0): Interaction {
    const { form } = this
    const channel = this.around.world.channels.get(form?.channel ?? '')
    if (form === null || channel === undefined) throw new Error(`${this.user.name} has no form open.`)
    const labels = form.modal.components.filter((part) => part.type === ComponentType.Label)
    const unknown = Object.keys(answers).filter((label) => !labels.some((one) => one.label === label))
    if (unknown.length > 0) throw new Error(`The form does not ask for: ${unknown.join(', ')}`)
    const components = labels.map((part, index) => ({
      id: index + 1,
      type: ComponentType.Label,
      component: answerOf(part, answers[part.label] ?? null),
    }))
    this.around.interactions.forms.delete(this.id)
    const data = { custom_id: form.modal.custom_id, components }
    return this.send(InteractionType.ModalSubmit, channel, data, form.message, agoMs)
  }

  /** What this person sees there: what all see, and what only they see. */
  sees(channel: PeerChannel): readonly Shown[] {
    return [...this.around.world.messages.values()]
      .filter((one) => one.channel === channel.id && !one.isDeleted)
      .filter((one) => one.onlyFor === null || one.onlyFor === this.id)
      .map(shownOf)
  }

  /** Their direct messages with the bot. */
  get direct(): readonly Shown[] {
    return this.user.directChannel === null ? [] : this.sees(this.directChannel)
  }

  get directChannel(): PeerChannel {
    return this.around.world.directChannel(this.user)
  }

  /** The slash commands that the client offers there. */
  menu(channel: PeerChannel): readonly APIApplicationCommand[] {
    const { commands } = this.around.world
    const context = channel.guild === null ? InteractionContextType.BotDM : InteractionContextType.Guild
    const everywhere = (commands.get('global') ?? []).filter(
      ({ contexts }) => contexts === undefined || contexts === null || contexts.includes(context),
    )
    return [...everywhere, ...(commands.get(channel.guild ?? '') ?? [])]
  }

  private channelOf(message: Shown): PeerChannel {
    const { messages, channels } = this.around.world
    const channel = channels.get(messages.get(message.id)?.channel ?? '')
    const isSeen = channel !== undefined && this.sees(channel).some((one) => one.id === message.id)
    if (channel === undefined || !isSeen) throw new Error(`${this.user.name} does not see: ${message.text}`)
    return channel
  }

  private send(
    type: InteractionType,
    channel: PeerChannel,
    data: unknown,
    messageId: string | null,
    agoMs: number,
  ): Interaction {
    const { gateway, interactions, deliveries } = this.around
    const interaction = interactions.begin({ type, user: this.id, channel: channel.id, message: messageId }, agoMs)
    const payload = this.payloadOf(interaction, channel, data)
    for (let times = deliveries(); times > 0; times -= 1) {
      gateway.dispatch(GatewayDispatchEvents.InteractionCreate, payload)
    }
    return interaction
  }

  private payloadOf(
    interaction: Interaction,
    channel: PeerChannel,
    data: unknown,
  ): APIBaseInteraction<InteractionType, unknown> {
    const { world } = this.around
    const { applicationId } = world
    const message = interaction.message === null ? undefined : world.messages.get(interaction.message)
    const bot = { ...this.user, id: applicationId, username: 'sandpiper', name: 'Sandpiper' }
    const guild = world.guilds.get(channel.guild ?? '')
    const shared = {
      id: interaction.id,
      application_id: applicationId,
      type: interaction.type,
      data,
      token: interaction.token,
      version: 1 as const,
      channel_id: channel.id,
      app_permissions: '2147485696',
      locale: Locale.EnglishGB,
      entitlements: [],
      attachment_size_limit: 10_485_760,
      ...(message !== undefined && { message: messageOf(message, bot) }),
    }
    if (guild === undefined) {
      return {
        ...shared,
        user: userOf(this.user),
        channel: { id: channel.id, type: ChannelType.DM },
        context: InteractionContextType.BotDM,
        authorizing_integration_owners: { 0: '0' },
      }
    }
    return {
      ...shared,
      member: this.member,
      guild_id: guild.id,
      guild: { id: guild.id, locale: Locale.EnglishUS, features: [] },
      channel: { id: channel.id, type: ChannelType.GuildText, name: channel.name },
      context: InteractionContextType.Guild,
      authorizing_integration_owners: { 0: guild.id },
    }
  }

  private get member(): APIInteractionGuildMember {
    return {
      user: userOf(this.user),
      roles: [...this.user.roles],
      joined_at: '2025-01-01T00:00:00.000000+00:00',
      deaf: false,
      mute: false,
      flags: 0 as GuildMemberFlags,
      permissions: '2147485696',
      avatar: null,
      nick: null,
      pending: false,
      communication_disabled_until: null,
      premium_since: null,
    }
  }
}

type Label = Extract<OpenForm['modal']['components'][number], { type: ComponentType.Label }>

/** The client lets nobody send a form that breaks its own rules. */
function answerOf({ label, component }: Label, answer: string | null): object {
  if (component.type === ComponentType.StringSelect) {
    const chosen = component.options.find((one) => one.value === answer || one.label === answer)
    if (chosen === undefined && (answer !== null || component.required !== false))
      throw new Error(`"${answer ?? 'nothing'}" cannot be chosen for "${label}".`)
    const values = chosen === undefined ? [] : [chosen.value]
    return { id: 0, type: component.type, custom_id: component.custom_id, values }
  }
  if (component.type !== ComponentType.TextInput) throw new Error(`"${label}" cannot be filled here.`)
  const value = answer ?? component.value ?? ''
  const { min_length: least = 0, max_length: most = 4000, required = true } = component
  if (value.length > most || (value !== '' && value.length < least) || (required && value === ''))
    throw new Error(`"${value}" is not allowed for "${label}".`)
  return { id: 0, type: component.type, custom_id: component.custom_id, value }
}
