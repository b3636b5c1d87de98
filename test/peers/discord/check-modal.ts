import { ComponentType, type APIModalInteractionResponseCallbackData } from 'discord-api-types/v10'
import { checkSelect } from './check-components.js'
import { Findings, type Path } from './findings.js'
import { invalidForm } from './refusal.js'

type Modal = APIModalInteractionResponseCallbackData
type Label = Extract<Modal['components'][number], { type: ComponentType.Label }>

/** Throws 50035 where a form breaks a limit. Text inputs in action rows are deprecated: refused here. */
export function checkModal(modal: Modal): void {
  const findings = new Findings()
  const customIds: string[] = []
  findings.text(['custom_id'], modal.custom_id, 100, 1)
  findings.text(['title'], modal.title, 45, 1)
  findings.count(['components'], modal.components, 5, 1)
  for (const [index, part] of modal.components.entries()) {
    const path = ['components', index]
    if (part.type === ComponentType.TextDisplay) findings.text([...path, 'content'], part.content, 4000, 1)
    else if (part.type === ComponentType.Label) checkLabel(findings, path, part, customIds)
    else findings.add([...path, 'type'], 'BASE_TYPE_CHOICES', 'Value of field "type" must be one of (10, 18).')
  }
  findings.unique(['components'], customIds, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id is duplicated')
  if (customIds.length === 0) findings.add(['components'], 'BASE_TYPE_REQUIRED', 'A modal must ask for something.')
  if (findings.all.length > 0) throw invalidForm(findings.all)
}

function checkLabel(findings: Findings, path: Path, { label, description, component }: Label, ids: string[]): void {
  findings.text([...path, 'label'], label, 45, 1)
  findings.text([...path, 'description'], description, 100)
  const at = [...path, 'component']
  if (component.type === ComponentType.TextInput) {
    const { min_length: least = 0, max_length: most = 4000, value, placeholder } = component
    ids.push(component.custom_id)
    findings.text([...at, 'custom_id'], component.custom_id, 100, 1)
    findings.text([...at, 'value'], value, most)
    findings.text([...at, 'placeholder'], placeholder, 100)
    if (least < 0 || most < 1 || most > 4000 || least > most)
      findings.add([...at, 'max_length'], 'NUMBER_TYPE_MAX', 'int value should be between 1 and 4000.')
    if (component.label !== undefined)
      findings.add([...at, 'label'], 'TEXT_INPUT_LABEL_IN_LABEL', 'The label is that of the component around it.')
  } else if (component.type === ComponentType.StringSelect) {
    ids.push(component.custom_id)
    checkSelect(findings, at, component)
    if (component.disabled === true) findings.add([...at, 'disabled'], 'BASE_TYPE_CHOICES', 'Not in a modal.')
    if (component.required !== false && component.min_values === 0)
      findings.add([...at, 'min_values'], 'NUMBER_TYPE_MIN', 'Must be at least 1 where an answer is required.')
  } else findings.add([...at, 'type'], 'BASE_TYPE_CHOICES', 'This double knows text inputs and string selects.')
}
