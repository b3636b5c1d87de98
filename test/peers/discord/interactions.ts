import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  type APIApplicationCommandOptionChoice,
  type APIInteractionResponse,
  type APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10'
import { randomBytes } from 'node:crypto'
import { checkMessage, type Draft } from './check-message.js'
import { checkModal } from './check-modal.js'
import { Findings } from './findings.js'
import { invalidForm, refused } from './refusal.js'
import type { PeerMessage, Upload, World } from './world.js'

const DEADLINE_MS = 3000
const LIFE_MS = 15 * 60_000

export interface Interaction {
  readonly id: string
  readonly token: string
  readonly type: InteractionType
  readonly user: string
  readonly channel: string
  /** The message whose button was pressed, or from whose button the form came. */
  readonly message: string | null
  readonly sentAt: number
  /** For the time of acknowledgement: real time, whatever the clock was set to. */
  readonly sentMark: number
  response: InteractionResponseType | null
  ackMs: number | null
  original: string | null
  choices: readonly APIApplicationCommandOptionChoice[] | null
}

export interface OpenForm {
  readonly modal: APIModalInteractionResponseCallbackData
  readonly channel: string
  readonly message: string | null
}

/** Deadlines, tokens and their life, and what the first answer fixes for good. */
export class Interactions {
  readonly all = new Map<string, Interaction>()
  private readonly byToken = new Map<string, Interaction>()
  /** By user: a new form takes the place of the one before. */
  readonly forms = new Map<string, OpenForm>()

  constructor(private readonly world: World) {}

  begin(about: Pick<Interaction, 'type' | 'user' | 'channel' | 'message'>, agoMs: number): Interaction {
    const sentAt = this.world.clock.now() - agoMs
    const interaction: Interaction = {
      ...about,
      id: this.world.clock.snowflake(sentAt),
      token: `a${randomBytes(60).toString('base64url')}`,
      sentAt,
      sentMark: performance.now(),
      response: null,
      ackMs: null,
      original: null,
      choices: null,
    }
    this.all.set(interaction.id, interaction)
    this.byToken.set(interaction.token, interaction)
    return interaction
  }

  /** The app did not answer in time: the person reads "The application did not respond". */
  hasFailed(interaction: Interaction): boolean {
    return interaction.response === null && this.world.clock.now() - interaction.sentAt > DEADLINE_MS
  }

  /** The first answer, and the only one. */
  respond(id: string, token: string, response: APIInteractionResponse, uploads: readonly Upload[]): void {
    const interaction = this.all.get(id)
    if (interaction === undefined || interaction.token !== token) throw refused(10062)
    if (interaction.response !== null) throw refused(40060)
    if (this.world.clock.now() - interaction.sentAt > DEADLINE_MS) throw refused(10062)
    this.carryOut(interaction, response, uploads)
    interaction.response = response.type
    interaction.ackMs = performance.now() - interaction.sentMark
  }

  /** The token of a webhook: dead after 15 minutes, and before the first answer. */
  open(token: string): Interaction {
    const interaction = this.byToken.get(token)
    if (interaction === undefined) throw refused(50027)
    if (this.world.clock.now() - interaction.sentAt > LIFE_MS) throw refused(50027)
    if (interaction.response === null) throw refused(10015)
    return interaction
  }

  /** A message that this token may read, edit and delete. */
  find(interaction: Interaction, id: string): PeerMessage {
    const message = this.world.messages.get(id === '@original' ? (interaction.original ?? '') : id)
    const isOurs = message !== undefined && (id === '@original' || this.madeBy.get(message.id) === interaction.id)
    if (!isOurs || message.isDeleted) throw refused(10008)
    return message
  }

  /** Right after a deferred reply this writes into it, and who sees it stays as it was fixed then. */
  followUp(interaction: Interaction, draft: Draft, uploads: readonly Upload[]): PeerMessage {
    const original = interaction.original === null ? undefined : this.world.messages.get(interaction.original)
    if (original?.isLoading === true && !original.isDeleted) {
      const { flags, ...rest } = draft
      return this.edit(original, { ...rest, flags: (flags ?? 0) & ~MessageFlags.Ephemeral }, uploads)
    }
    checkMessage(draft, 'followup', this.world.filesAfter(null, draft, uploads), null)
    const onlyFor = this.isForOne(draft) ? interaction.user : null
    const message = this.world.addMessage(interaction.channel, draft, uploads, onlyFor)
    this.madeBy.set(message.id, interaction.id)
    return message
  }

  edit(message: PeerMessage, draft: Draft, uploads: readonly Upload[]): PeerMessage {
    checkMessage(draft, 'edit', this.world.filesAfter(message, draft, uploads), message)
    this.world.edit(message, draft, uploads)
    return message
  }

  private readonly madeBy = new Map<string, string>()

  private carryOut(interaction: Interaction, response: APIInteractionResponse, uploads: readonly Upload[]): void {
    const { world } = this
    const isAutocomplete = interaction.type === InteractionType.ApplicationCommandAutocomplete
    if (isAutocomplete !== (response.type === InteractionResponseType.ApplicationCommandAutocompleteResult))
      throw wrongType()
    switch (response.type) {
      case InteractionResponseType.ApplicationCommandAutocompleteResult:
        interaction.choices = checkChoices(response.data.choices ?? [])
        return
      case InteractionResponseType.Modal:
        if (interaction.type === InteractionType.ModalSubmit) throw wrongType()
        checkModal(response.data)
        this.forms.set(interaction.user, {
          modal: response.data,
          channel: interaction.channel,
          message: interaction.message,
        })
        return
      case InteractionResponseType.ChannelMessageWithSource: {
        checkMessage(response.data, 'response', world.filesAfter(null, response.data, uploads), null)
        const onlyFor = this.isForOne(response.data) ? interaction.user : null
        const message = world.addMessage(interaction.channel, response.data, uploads, onlyFor)
        this.madeBy.set(message.id, interaction.id)
        interaction.original = message.id
        return
      }
      case InteractionResponseType.DeferredChannelMessageWithSource: {
        const flags = response.data?.flags ?? 0
        if ((flags & ~MessageFlags.Ephemeral) !== 0)
          throw invalidForm([{ path: ['data', 'flags'], code: 'MESSAGE_FLAGS_INVALID', message: 'Only EPHEMERAL.' }])
        const message = world.addLoading(interaction.channel, flags === 0 ? null : interaction.user)
        this.madeBy.set(message.id, interaction.id)
        interaction.original = message.id
        return
      }
      case InteractionResponseType.DeferredMessageUpdate:
      case InteractionResponseType.UpdateMessage: {
        const message = world.messages.get(interaction.message ?? '')
        if (message === undefined) throw wrongType()
        interaction.original = message.id
        if (response.type === InteractionResponseType.UpdateMessage) this.edit(message, response.data ?? {}, uploads)
        return
      }
      case InteractionResponseType.Pong:
      case InteractionResponseType.LaunchActivity:
        throw wrongType()
      default:
        throw wrongType()
    }
  }

  private isForOne(draft: Draft): boolean {
    return ((draft.flags ?? 0) & MessageFlags.Ephemeral) !== 0
  }
}

function wrongType(): Error {
  const message = 'This type of response does not fit this interaction.'
  return invalidForm([{ path: ['type'], code: 'INTERACTION_CALLBACK_TYPE_INVALID', message }])
}

function checkChoices(choices: readonly APIApplicationCommandOptionChoice[]): Interaction['choices'] {
  const findings = new Findings()
  const path = ['data', 'choices']
  findings.count(path, choices, 25)
  for (const [index, { name, value }] of choices.entries()) {
    findings.text([...path, index, 'name'], name, 100, 1)
    if (typeof value === 'string') findings.text([...path, index, 'value'], value, 100, 1)
  }
  if (findings.all.length > 0) throw invalidForm(findings.all)
  return choices
}
