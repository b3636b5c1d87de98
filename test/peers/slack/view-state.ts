import type { InputBlock, ModalView } from '@slack/types'

/** What a person fills in, by the labels that they read. */
export type Answers = Readonly<Record<string, string>>

/** The state of a form that is sent, or what Slack itself finds missing before it sends anything. */
export function submitted(
  view: ModalView,
  answers: Answers,
): { readonly values: object; readonly missing: Readonly<Record<string, string>> } {
  const inputs = view.blocks.filter((block): block is InputBlock => block.type === 'input')
  const labels = inputs.map(({ label }) => label.text)
  const unknown = Object.keys(answers).find((label) => !labels.includes(label))
  if (unknown !== undefined) throw new Error(`no field "${unknown}"; there is: ${labels.join(', ')}`)
  const values: Record<string, Record<string, unknown>> = {}
  const missing: Record<string, string> = {}
  inputs.forEach((block, index) => {
    const id = block.block_id ?? `block${index}`
    const value = valueOf(block, answers[block.label.text])
    values[id] = { [('action_id' in block.element ? block.element.action_id : undefined) ?? 'input']: value.state }
    const wrong = problem(block, value.text)
    if (wrong !== null) missing[id] = wrong
  })
  return { values, missing }
}

function valueOf(block: InputBlock, answer: string | undefined): { readonly text: string; readonly state: object } {
  const { element } = block
  if (element.type === 'static_select') {
    const wanted = answer ?? element.initial_option?.value
    const option = element.options?.find(({ value, text }) => value === wanted || text.text === wanted)
    if (answer !== undefined && option === undefined) throw new Error(`no choice "${answer}" in "${block.label.text}"`)
    return { text: option?.value ?? '', state: { type: element.type, selected_option: option ?? null } }
  }
  if (element.type !== 'plain_text_input' && element.type !== 'number_input')
    throw new Error(`cannot fill ${element.type}`)
  const text = answer ?? element.initial_value ?? ''
  return { text, state: { type: element.type, value: text === '' ? null : text } }
}

function problem({ element, optional }: InputBlock, text: string): string | null {
  if (text === '') return optional === true ? null : 'Please complete this required field.'
  if (element.type === 'plain_text_input') {
    const { max_length: most = 3000, min_length: least = 0 } = element
    if (text.length > most) return `Please enter no more than ${most} characters.`
    if (text.length < least) return `Please enter at least ${least} characters.`
  }
  if (element.type === 'number_input' && !(element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(text)) {
    return 'Please enter a number.'
  }
  return null
}
