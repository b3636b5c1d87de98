import { UserError } from '../../../core/errors.js'
import { shown } from '../../../core/shown.js'
import { personBy } from '../../../core/whom.js'
import { auditCard } from '../../cards/audit.js'
import { optional, say, type Answer, type Args, type Desk } from '../../command.js'

const MOST = 2000
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** The audit log, all of it or what the filters leave, as a file. */
export function audit({ context, presence, audit: log }: Desk, args: Args): Answer {
  const { state, now } = context
  const since = args['since'] === undefined ? {} : { since: parseSince(args['since'], now) }
  const who = args['who'] === undefined ? {} : { person: personBy(state, args['who'], presence).id }
  const about = { ...optional(args, 'sandbox'), ...optional(args, 'command'), ...optional(args, 'outcome') }
  const entries = log.list(MOST + 1, { ...since, ...who, ...about })
  return say(auditCard(state, entries.slice(0, MOST), entries.length > MOST))
}

/** `24h`, `7d` ago, or the beginning of a day in UTC. */
function parseSince(text: string, now: Date): Date {
  const words = text.trim().toLowerCase()
  const span = /^(\d{1,4})([hdw])$/.exec(words)
  if (span !== null) return new Date(now.getTime() - Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0))
  const day = /^\d{4}-\d{2}-\d{2}$/.test(words) ? new Date(`${words}T00:00:00Z`) : null
  if (day !== null && day.toISOString().startsWith(words)) return day
  throw new UserError('invalid', `\`${shown(text)}\` is no time. One looks like \`24h\`, \`7d\` or \`2026-03-31\`.`)
}
