import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  InteractionContextType,
  InteractionType,
  SnowflakeUtil,
  type APIApplicationCommandInteractionDataOption,
  type APIInteraction,
  type APIModalSubmission,
} from 'discord.js'
import type { Asker, ChatInput } from '../../../bot/chat.js'
import { writePlace } from './addresses.js'
import { argumentText } from './commands.js'
import { tokenOf } from './custom-id.js'

/** When it was made, by its id. */
export function sentAt(id: string): Date {
  return new Date(SnowflakeUtil.timestampFrom(id))
}

/**
 * Who asks, and where. A user's id is the same in every server and in direct messages, so the identity has no
 * workspace; the server is among the groups, as the role that all its members have.
 */
export function askerOf(interaction: APIInteraction): Asker | null {
  const user = interaction.member?.user ?? interaction.user
  const channel = interaction.channel?.id
  if (user === undefined || channel === undefined) return null
  const isPrivate = interaction.context === InteractionContextType.BotDM
  const guild = interaction.guild_id
  return {
    identity: { platform: 'discord', workspace: '', user: user.id },
    name: interaction.member?.nick ?? user.global_name ?? user.username,
    place: writePlace({ channel, interaction: interaction.id, isPrivate }),
    room: channel,
    isPrivate,
    groups: guild === undefined ? [] : [guild, ...(interaction.member?.roles ?? [])],
  }
}

/** What is asked; null for what this bot never offers. */
export function inputOf(interaction: APIInteraction): ChatInput | null {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand: {
      if (interaction.data.type !== ApplicationCommandType.ChatInput) return null
      const { command, options } = subCommandOf(interaction.data.options)
      const given = options.flatMap((option): readonly (readonly [string, string])[] => {
        const text = 'value' in option ? argumentText(option.value) : null
        return text === null ? [] : [[option.name, text]]
      })
      return { kind: 'call', call: { command, args: Object.fromEntries(given) } }
    }
    case InteractionType.ApplicationCommandAutocomplete: {
      const { command, options } = subCommandOf(interaction.data.options)
      const focused = options.find((option) => 'focused' in option && option.focused)
      const begin = focused !== undefined && 'value' in focused ? String(focused.value) : ''
      return { kind: 'choices', command, argument: focused?.name ?? '', begin }
    }
    case InteractionType.MessageComponent:
      return { kind: 'press', token: tokenOf(interaction.data.custom_id) }
    case InteractionType.ModalSubmit: {
      const answers = Object.fromEntries(interaction.data.components.flatMap(answerOf))
      return { kind: 'form', token: tokenOf(interaction.data.custom_id), answers }
    }
    case InteractionType.Ping:
      return null
    default:
      return null
  }
}

function subCommandOf(options: readonly APIApplicationCommandInteractionDataOption[] | undefined): {
  readonly command: string
  readonly options: readonly APIApplicationCommandInteractionDataOption[]
} {
  const sub = options?.find((option) => option.type === ApplicationCommandOptionType.Subcommand)
  return { command: sub?.name ?? 'help', options: sub?.options ?? [] }
}

function answerOf(part: APIModalSubmission['components'][number]): readonly (readonly [string, string])[] {
  if (part.type !== ComponentType.Label) return []
  const { component } = part
  if ('value' in component && typeof component.value === 'string') return [[component.custom_id, component.value]]
  return 'values' in component ? [[component.custom_id, component.values[0] ?? '']] : []
}
