import { UserError } from './errors.js'
import { shown } from './shown.js'

const HOUR_MS = 3_600_000
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS }
const LONGEST_MS = 10 * 366 * 24 * HOUR_MS

/** `12h`, `30d`, `2w` from now, or the end of a day in UTC: `2027-03-31`. Throws UserError. */
export function parseUntil(text: string, now: Date): Date {
  const words = text.trim().toLowerCase()
  const span = /^(\d{1,5})([hdw])$/.exec(words)
  const date = /^\d{4}-\d{2}-\d{2}$/.test(words) ? new Date(`${words}T23:59:59Z`) : null
  const at =
    span === null
      ? (date?.getTime() ?? Number.NaN)
      : now.getTime() + Number(span[1]) * (UNITS[span[2] ?? ''] ?? Number.NaN)
  const isReal = date === null || date.toISOString().startsWith(words)
  if (Number.isFinite(at) && isReal && at > now.getTime() && at - now.getTime() < LONGEST_MS) return new Date(at)
  throw new UserError(
    'invalid',
    `\`${shown(text)}\` is no end that is still to come. One looks like \`12h\`, \`30d\`, \`2w\` or \`2027-03-31\`.`,
  )
}
