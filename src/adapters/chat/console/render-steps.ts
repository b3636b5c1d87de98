import type { StepLine } from '../../../bot/message.js'
import { escapeHtml } from './escape.js'

const SIGNS: Readonly<Record<StepLine['state'], string>> = { waiting: '·', running: '◐', done: '✓', failed: '✕' }

export function renderSteps(steps: readonly StepLine[]): string {
  return `<ol class="steps">\n${steps.map(renderStep).join('\n')}\n</ol>`
}

function renderStep(step: StepLine): string {
  const time = step.seconds === null ? '' : `${step.seconds.toFixed(1)} s`
  return [
    `<li class="step step-${step.state}">`,
    `<span class="sign" aria-hidden="true">${SIGNS[step.state]}</span>`,
    `<span class="label">${escapeHtml(step.label)}<span class="unseen"> (${step.state})</span></span>`,
    `<span class="detail">${escapeHtml(step.detail)}</span>`,
    `<span class="seconds">${time}</span>`,
    '</li>',
  ].join('')
}
