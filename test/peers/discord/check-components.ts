import {
  ButtonStyle,
  ComponentType,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  type APIStringSelectComponent,
} from 'discord-api-types/v10'
import { Findings, type Path } from './findings.js'

type Part = APIMessageTopLevelComponent | APIComponentInContainer

interface Seen {
  count: number
  textLength: number
  readonly customIds: string[]
  readonly files: string[]
}

const MOST_COMPONENTS = 40
const MOST_TEXT = 4000

/** The rules of a message's components; `files`: what `attachment://` may name. */
export function checkComponents(
  findings: Findings,
  components: readonly APIMessageTopLevelComponent[],
  isV2: boolean,
  files: readonly string[],
): void {
  const seen: Seen = { count: 0, textLength: 0, customIds: [], files: [...files] }
  const path = ['components']
  if (!isV2) {
    findings.count(path, components, 5)
    for (const [index, one] of components.entries()) {
      if (one.type !== ComponentType.ActionRow)
        findings.add([...path, index, 'type'], 'BASE_TYPE_CHOICES', 'Value of field "type" must be one of (1,).')
    }
  }
  for (const [index, one] of components.entries()) checkPart(findings, [...path, index], one, seen)
  if (seen.count > MOST_COMPONENTS)
    findings.add(path, 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', 'The total number of components exceeds 40.')
  if (seen.textLength > MOST_TEXT)
    findings.add(path, 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', 'The total displayable text size exceeds 4000.')
  findings.unique(path, seen.customIds, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
}

function checkPart(findings: Findings, path: Path, part: Part, seen: Seen): void {
  seen.count += 1
  switch (part.type) {
    case ComponentType.ActionRow:
      return checkRow(findings, path, part.components, seen)
    case ComponentType.TextDisplay:
      return checkText(findings, path, part.content, seen)
    case ComponentType.Container:
      findings.count([...path, 'components'], part.components, MOST_COMPONENTS, 1)
      if ((part.accent_color ?? 0) > 0xff_ff_ff || (part.accent_color ?? 0) < 0)
        findings.add(
          [...path, 'accent_color'],
          'NUMBER_TYPE_MAX',
          'int value should be less than or equal to 16777215.',
        )
      for (const [index, one] of part.components.entries())
        checkPart(findings, [...path, 'components', index], one, seen)
      return
    case ComponentType.Section:
      findings.count([...path, 'components'], part.components, 3, 1)
      for (const [index, one] of part.components.entries())
        checkPart(findings, [...path, 'components', index], one, seen)
      seen.count += 1
      if (part.accessory.type === ComponentType.Button)
        checkButton(findings, [...path, 'accessory'], part.accessory, seen)
      return
    case ComponentType.MediaGallery:
      findings.count([...path, 'items'], part.items, 10, 1)
      for (const [index, { media, description }] of part.items.entries()) {
        findings.text([...path, 'items', index, 'description'], description, 1024)
        checkMedia(findings, [...path, 'items', index, 'media', 'url'], media.url, seen)
      }
      return
    case ComponentType.File:
      if (!part.file.url.startsWith('attachment://'))
        findings.add([...path, 'file', 'url'], 'UNFURLED_MEDIA_ITEM_INVALID', 'Only attachments can be shown as files')
      return checkMedia(findings, [...path, 'file', 'url'], part.file.url, seen)
    case ComponentType.Separator:
      return
    default:
      part satisfies never
  }
}

function checkText(findings: Findings, path: Path, content: string, seen: Seen): void {
  findings.text([...path, 'content'], content, MOST_TEXT, 1)
  seen.textLength += content.length
}

function checkMedia(findings: Findings, path: Path, url: string, seen: Seen): void {
  const name = /^attachment:\/\/(.+)$/.exec(url)?.[1]
  if (name === undefined) findings.url(path, url, 2048, ['http', 'https'])
  else if (!seen.files.includes(name))
    findings.add(path, 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND', 'The referenced attachment was not found')
}

type RowPart = Extract<Part, { type: ComponentType.ActionRow }>['components'][number]

function checkRow(findings: Findings, path: Path, parts: readonly RowPart[], seen: Seen): void {
  findings.count([...path, 'components'], parts, 5, 1)
  const selects = parts.filter((one) => one.type !== ComponentType.Button)
  if (selects.length > 0 && parts.length > 1)
    findings.add([...path, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The component width exceeds the row.')
  for (const [index, one] of parts.entries()) {
    seen.count += 1
    const at = [...path, 'components', index]
    if (one.type === ComponentType.Button) checkButton(findings, at, one, seen)
    else if (one.type === ComponentType.StringSelect) {
      seen.customIds.push(one.custom_id)
      checkSelect(findings, at, one)
    }
  }
}

function checkButton(findings: Findings, path: Path, button: APIButtonComponent, seen: Seen): void {
  if (button.style === ButtonStyle.Premium) return
  findings.text([...path, 'label'], button.label, 80, 1)
  if (button.label === undefined && button.emoji === undefined)
    findings.add(path, 'BUTTON_COMPONENT_LABEL_REQUIRED', 'A button must have a label or an emoji')
  if (button.style === ButtonStyle.Link) {
    findings.url([...path, 'url'], button.url, 512, ['http', 'https', 'discord'])
  } else {
    findings.text([...path, 'custom_id'], button.custom_id, 100, 1)
    seen.customIds.push(button.custom_id)
  }
}

/** Also in a form, where it may be optional. */
export function checkSelect(findings: Findings, path: Path, select: APIStringSelectComponent): void {
  const { options, min_values: least = 1, max_values: most = 1 } = select
  findings.text([...path, 'custom_id'], select.custom_id, 100, 1)
  findings.text([...path, 'placeholder'], select.placeholder, 150)
  findings.count([...path, 'options'], options, 25, 1)
  for (const [index, option] of options.entries()) {
    findings.text([...path, 'options', index, 'label'], option.label, 100, 1)
    findings.text([...path, 'options', index, 'value'], option.value, 100, 1)
    findings.text([...path, 'options', index, 'description'], option.description, 100)
  }
  const values = options.map((option) => option.value)
  findings.unique([...path, 'options'], values, 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The value is used already')
  if (least < 0 || most < 1 || least > most || most > Math.max(1, options.length))
    findings.add([...path, 'max_values'], 'BASE_TYPE_BAD_LENGTH', 'Must be at least min_values, at most the options.')
  if (options.filter((option) => option.default === true).length > most)
    findings.add([...path, 'options'], 'BASE_TYPE_BAD_LENGTH', 'More defaults than values may be chosen.')
}
