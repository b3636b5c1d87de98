import type { OperationLine } from '../control.js'

export type { OperationLine }

const MARKS: Readonly<Record<string, string>> = { waiting: '·', running: '◐', done: '✓', failed: '✕' }
const SHORT_ID = 8

export function showOperations(lines: readonly OperationLine[]): string {
  if (lines.length === 0) return 'Nothing has been asked for yet.'
  return lines
    .map((one) =>
      [
        one.id.slice(0, SHORT_ID),
        new Date(one.startedAt).toISOString().slice(0, 19).replace('T', ' '),
        one.verb.padEnd(11),
        one.sandbox.padEnd(20),
        one.state.padEnd(10),
        one.why ?? '',
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function showOperation(one: OperationLine): string {
  const until = one.endedAt ?? Date.now()
  const seconds = ((until - one.startedAt) / 1000).toFixed(1)
  return [
    `${one.verb} ${one.sandbox}, asked for by ${one.person}: ${one.state}${one.isLive ? ', ' : ' after '}${seconds} s`,
    `id ${one.id}, started ${new Date(one.startedAt).toISOString()}`,
    ...(one.why === null ? [] : [one.why]),
    ...one.steps.map((step) => `  ${MARKS[step.state] ?? ' '} ${step.label} ${step.detail}`.trimEnd()),
  ].join('\n')
}
