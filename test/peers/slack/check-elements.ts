import type {
  ActionsBlockElement,
  Button,
  Confirm,
  InputBlockElement,
  PlainTextInput,
  SectionBlockAccessory,
  StaticSelect,
} from '@slack/types'
import type { Findings } from './findings.js'
import { LIMITS } from './limits.js'

type Element = ActionsBlockElement | InputBlockElement | SectionBlockAccessory

/** The written limits of one interactive element. The kinds that nobody here sends are refused, not guessed at. */
export function checkElement(found: Findings, at: string, element: Element): void {
  if ('action_id' in element) found.text(`${at}/action_id`, element.action_id, LIMITS.actionId)
  if ('confirm' in element && element.confirm !== undefined) checkConfirm(found, `${at}/confirm`, element.confirm)
  if ('placeholder' in element) found.text(`${at}/placeholder/text`, element.placeholder?.text, LIMITS.placeholder)
  switch (element.type) {
    case 'button':
      return checkButton(found, at, element)
    case 'static_select':
      return checkSelect(found, at, element)
    case 'plain_text_input':
      return checkTextInput(found, at, element)
    case 'number_input':
      return
    default:
      found.add(`${at}/type`, `unsupported type: ${element.type}`)
  }
}

function checkButton(found: Findings, at: string, button: Button): void {
  found.text(`${at}/text/text`, button.text.text, LIMITS.buttonText)
  found.text(`${at}/value`, button.value, LIMITS.buttonValue)
  found.text(`${at}/accessibility_label`, button.accessibility_label, LIMITS.buttonText)
  found.url(`${at}/url`, button.url)
}

function checkConfirm(found: Findings, at: string, confirm: Confirm): void {
  found.text(`${at}/title/text`, confirm.title?.text, LIMITS.confirmTitle)
  found.text(`${at}/text/text`, confirm.text.text, LIMITS.confirmText)
  found.text(`${at}/confirm/text`, confirm.confirm?.text, LIMITS.confirmButton)
  found.text(`${at}/deny/text`, confirm.deny?.text, LIMITS.confirmButton)
}

function checkSelect(found: Findings, at: string, select: StaticSelect): void {
  const options = select.options ?? []
  found.count(`${at}/options`, options, LIMITS.options)
  options.forEach((option, index) => {
    found.text(`${at}/options/${index}/text/text`, option.text.text, LIMITS.optionText)
    found.text(`${at}/options/${index}/value`, option.value ?? '', LIMITS.optionValue)
  })
  found.unique(
    `${at}/options`,
    options.map(({ value }) => value),
  )
  const { initial_option: initial } = select
  if (initial !== undefined && !options.some((one) => JSON.stringify(one) === JSON.stringify(initial))) {
    found.add(`${at}/initial_option`, 'must be one of the options')
  }
}

function checkTextInput(found: Findings, at: string, input: PlainTextInput): void {
  const { max_length: most = LIMITS.textInput, min_length: least = 0, initial_value: initial } = input
  if (most < 1 || most > LIMITS.textInput) found.add(`${at}/max_length`, `must be between 1 and ${LIMITS.textInput}`)
  if (least < 0 || least > most) found.add(`${at}/min_length`, 'must not be more than max_length')
  found.text(`${at}/initial_value`, initial, most, 0)
}
