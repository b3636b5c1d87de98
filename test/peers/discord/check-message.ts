import {
  AllowedMentionsTypes,
  MessageFlags,
  type APIAllowedMentions,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  type RESTAPIAttachment,
} from 'discord-api-types/v10'
import { checkComponents } from './check-components.js'
import { Findings } from './findings.js'
import { invalidForm, refused } from './refusal.js'

export type Use = 'create' | 'edit' | 'response' | 'followup'

/** What every body of a message has in common; null only where a message is edited. */
export interface Draft {
  readonly content?: string | null | undefined
  readonly embeds?: readonly APIEmbed[] | null | undefined
  readonly components?: readonly APIMessageTopLevelComponent[] | null | undefined
  readonly flags?: number | null | undefined
  readonly allowed_mentions?: APIAllowedMentions | null | undefined
  readonly attachments?: readonly RESTAPIAttachment[] | null | undefined
  readonly nonce?: string | number | null | undefined
  readonly enforce_nonce?: boolean | undefined
}

const settable: Readonly<Record<Use, number>> = {
  create: MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2,
  edit: MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2,
  response:
    MessageFlags.SuppressEmbeds |
    MessageFlags.Ephemeral |
    MessageFlags.IsComponentsV2 |
    MessageFlags.SuppressNotifications,
  followup:
    MessageFlags.SuppressEmbeds |
    MessageFlags.Ephemeral |
    MessageFlags.IsComponentsV2 |
    MessageFlags.SuppressNotifications,
}

/** Throws 50006 or 50035 as the API answers them. `files`: the names of what is uploaded with it or stays attached. */
export function checkMessage(draft: Draft, use: Use, files: readonly string[], before: Draft | null): void {
  const findings = new Findings()
  const flags = draft.flags ?? 0
  const isV2 = ((flags | (before?.flags ?? 0)) & MessageFlags.IsComponentsV2) !== 0
  const components = draft.components ?? (draft.components === undefined ? before?.components : null) ?? []
  if ((flags & ~settable[use]) !== 0)
    findings.add(['flags'], 'MESSAGE_FLAGS_INVALID', `The flags ${flags} cannot be set here.`)
  checkContents(findings, draft)
  checkEmbeds(findings, draft.embeds ?? [])
  if (isV2 && (isSaid(draft.content) || isSaid(draft.embeds)))
    findings.add(['content'], 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', 'Only components can be used.')
  checkComponents(findings, components, isV2, files)
  if (findings.all.length > 0) throw invalidForm(findings.all)
  const content = draft.content === undefined ? before?.content : draft.content
  const embeds = draft.embeds === undefined ? before?.embeds : draft.embeds
  const said = isV2 ? isSaid(components) : isSaid(content?.trim()) || isSaid(embeds) || isSaid(components)
  if (!said && files.length === 0) throw refused(50006)
}

function isSaid(part: string | readonly unknown[] | null | undefined): boolean {
  return (part?.length ?? 0) > 0
}

function checkContents(findings: Findings, { content, nonce, allowed_mentions: mentions, attachments }: Draft): void {
  findings.text(['content'], content, 2000)
  if (nonce !== undefined && nonce !== null) findings.text(['nonce'], String(nonce), 25)
  for (const [index, { description, filename }] of (attachments ?? []).entries()) {
    findings.text(['attachments', index, 'description'], description, 1024)
    findings.text(['attachments', index, 'filename'], filename, 1024, 1)
  }
  const both = (['users', 'roles'] as const).some(
    (kind) =>
      mentions?.[kind] !== undefined &&
      mentions.parse?.includes(kind === 'users' ? AllowedMentionsTypes.User : AllowedMentionsTypes.Role),
  )
  if (both) findings.add(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', 'parse excludes the list.')
}

function checkEmbeds(findings: Findings, embeds: readonly APIEmbed[]): void {
  findings.count(['embeds'], embeds, 10)
  let total = 0
  for (const [index, embed] of embeds.entries()) {
    const at = ['embeds', index]
    const texts: (readonly [path: readonly (string | number)[], text: string | undefined, most: number])[] = [
      [[...at, 'title'], embed.title, 256],
      [[...at, 'description'], embed.description, 4096],
      [[...at, 'footer', 'text'], embed.footer?.text, 2048],
      [[...at, 'author', 'name'], embed.author?.name, 256],
      ...(embed.fields ?? []).flatMap(({ name, value }, number) => [
        [[...at, 'fields', number, 'name'], name, 256] as const,
        [[...at, 'fields', number, 'value'], value, 1024] as const,
      ]),
    ]
    findings.count([...at, 'fields'], embed.fields ?? [], 25)
    for (const [path, text, most] of texts) {
      findings.text(path, text, most, 1)
      total += text?.length ?? 0
    }
  }
  if (total > 6000) findings.add(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
}
