import { ButtonStyle, ComponentType, type APIMessageTopLevelComponent } from 'discord-api-types/v10'
import { readMarkdown, type Read } from './markdown.js'
import { textDisplays, type PeerMessage, type Upload } from './world.js'

export interface ShownButton {
  readonly label: string
  /** Where it leads; null for one that is pressed. */
  readonly url: string | null
  readonly customId: string | null
  readonly style: ButtonStyle
}

/** A message as the person before the screen sees it. */
export interface Shown {
  readonly id: string
  readonly text: string
  readonly isForOne: boolean
  readonly isLoading: boolean
  readonly edits: number
  readonly buttons: readonly ShownButton[]
  readonly selects: readonly { readonly customId: string; readonly values: readonly string[] }[]
  readonly files: readonly Upload[]
  readonly links: readonly string[]
  readonly pings: readonly string[]
}

export function shownOf(message: PeerMessage): Shown {
  const texts = textsOf(message).map(readMarkdown)
  const parts = interactive(message.components)
  const buttons = parts.flatMap((part) =>
    part.type === ComponentType.Button && part.style !== ButtonStyle.Premium
      ? [
          {
            label: part.label ?? '',
            url: part.style === ButtonStyle.Link ? part.url : null,
            customId: part.style === ButtonStyle.Link ? null : part.custom_id,
            style: part.style,
          },
        ]
      : [],
  )
  return {
    id: message.id,
    text: texts.map((read) => read.text).join('\n'),
    isForOne: message.onlyFor !== null,
    isLoading: message.isLoading,
    edits: message.edits,
    buttons,
    selects: parts.flatMap((part) =>
      part.type === ComponentType.StringSelect
        ? [{ customId: part.custom_id, values: part.options.map((option) => option.value) }]
        : [],
    ),
    files: message.files,
    links: texts.flatMap((read: Read) => read.links),
    pings: message.pings,
  }
}

function textsOf({ content, embeds, components }: PeerMessage): readonly string[] {
  const embedded = embeds.flatMap((embed) => [
    embed.title ?? '',
    embed.description ?? '',
    ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value]),
    embed.footer?.text ?? '',
  ])
  return [content, ...embedded, ...textDisplays(components)].filter((text) => text !== '')
}

type RowPart = Extract<APIMessageTopLevelComponent, { type: ComponentType.ActionRow }>['components'][number]

function interactive(components: readonly APIMessageTopLevelComponent[]): readonly RowPart[] {
  return components.flatMap((part): readonly RowPart[] => {
    if (part.type === ComponentType.ActionRow) return part.components
    if (part.type === ComponentType.Container) return interactive(part.components)
    return part.type === ComponentType.Section && part.accessory.type === ComponentType.Button ? [part.accessory] : []
  })
}
