import type { DriftReport } from '../../core/ports.js'
import type { Button, Message } from '../message.js'
import { count, sentence } from './words.js'

const MOST = 40

/** Drift as a diff. */
export function driftCard(report: DriftReport, paused: boolean): Message {
  const { lines } = report
  if (lines.length === 0 && report.held !== null) {
    return { title: 'Sync holds still', tone: 'bad', blocks: [sentence(`Held: ${report.held}.`)] }
  }
  if (lines.length === 0) {
    return {
      title: 'No drift',
      tone: 'good',
      blocks: [sentence(`Everything is as it should be.${paused ? ' Sync is paused.' : ''}`)],
    }
  }
  const shown = lines.slice(0, MOST)
  const width = Math.max(...shown.map((line) => line.subject.length))
  const part = Math.max(9, ...shown.map((line) => line.part.length))
  const diffLine = (line: DriftReport['lines'][number]): string =>
    `${line.sign} ${line.part.padEnd(part)} ${line.subject.padEnd(width)}  ${line.detail}`.trimEnd()
  const diff = shown.map(diffLine)
  const rest = lines.length - shown.length
  if (rest > 0) diff.push(`… and ${count(rest, 'line')} more, in the file`)
  const whole = Buffer.from(`${lines.map(diffLine).join('\n')}\n`).toString('base64')
  const repair: Button = { label: 'Repair', press: { command: 'sync', args: { action: 'repair' } }, style: 'primary' }
  const force: Button = {
    label: 'Repair all the same',
    press: { command: 'sync', args: { action: 'repair', force: 'yes' } },
    style: 'danger',
    confirm: `${report.held ?? 'Sync holds this back'}. Do it all the same?`,
  }
  const open = !report.applied && lines.some((line) => line.sign !== '!')
  const buttons = report.held !== null ? [force] : open ? [repair] : []
  return {
    title: titleOf(report, lines.length),
    tone: report.applied && report.held === null ? 'good' : 'plain',
    blocks: [
      { block: 'code', text: diff.join('\n') },
      ...(rest > 0 ? [{ block: 'file' as const, name: 'drift.txt', base64: whole }] : []),
      ...(report.held === null ? [] : [sentence(`Held: ${report.held}.`)]),
      ...(buttons.length === 0 ? [] : [{ block: 'buttons' as const, buttons }]),
    ],
  }
}

function titleOf(report: DriftReport, lines: number): string {
  if (report.held !== null) return `Sync held back: ${count(lines, 'difference')}`
  return report.applied ? `Sync met ${count(lines, 'difference')}` : `Drift: ${count(lines, 'difference')}`
}
