import { parseAmount, parseResource, resetQuota, setQuota } from '../../../core/operations/quotas.js'
import type { QuotaScope } from '../../../core/quota.js'
import { parseSubject } from '../../../core/subject.js'
import { personBy, subjectOf } from '../../../core/whom.js'
import { UserError } from '../../../core/errors.js'
import { quotasCard } from '../../cards/quotas.js'
import { say, type Answer, type Args, type Desk } from '../../command.js'

/** All limits; or sets one: `quota member sandboxes 5`. */
export function quota(desk: Desk, args: Args): Answer {
  const { context } = desk
  const who = args['who']
  if (who === undefined) return say(quotasCard(context.state, context.settings))
  if (args['what'] === undefined || args['amount'] === undefined)
    throw new UserError('invalid', 'Say what and how much: `/sandbox admin quota member sandboxes 5`')
  const of = scopeOf(desk, who)
  const resource = parseResource(args['what'])
  const isReset = args['amount'].trim().toLowerCase() === 'default'
  const edits = isReset
    ? resetQuota(context, of, resource)
    : setQuota(context, { of, resource, amount: parseAmount(resource, args['amount']) })
  return { answer: 'edit', edits, message: (after) => quotasCard(after, context.settings) }
}

function scopeOf({ context, presence }: Desk, text: string): QuotaScope {
  const words = text.trim().toLowerCase()
  if (words === 'total') return { scope: 'total' }
  if (words === 'member' || words === 'admin') return { scope: 'role', role: words }
  const subject = parseSubject(text)
  const isGroup = (subject !== null && subject.kind !== 'user') || /^<(@&|!subteam)/.test(text)
  if (isGroup) return { scope: 'group', group: subjectOf(context.state, text, presence) }
  return { scope: 'person', person: personBy(context.state, text, presence).id }
}
