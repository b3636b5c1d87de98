import type { Gives, Grant } from '../../../core/access.js'
import { UserError } from '../../../core/errors.js'
import { putGrant, removeGrant } from '../../../core/operations/grants.js'
import { shown } from '../../../core/shown.js'
import { subjectText } from '../../../core/subject.js'
import { parseUntil } from '../../../core/until.js'
import { subjectOf } from '../../../core/whom.js'
import { grantedCard, grantsCard } from '../../cards/access.js'
import { sentence } from '../../cards/words.js'
import { say, type Answer, type Args, type Command, type Desk } from '../../command.js'
import { findCommand } from '../../parse.js'

export function grant({ context, presence, commands }: Desk, args: Args): Answer {
  const { state, now } = context
  const until = args['until'] === undefined ? null : parseUntil(args['until'], now)
  const given: Grant = {
    to: subjectOf(state, args['who'] ?? '', presence),
    gives: givesOf(args['what'] ?? '', commands),
    until,
  }
  return { answer: 'edit', edits: putGrant(context, given), message: () => grantedCard(given) }
}

export function revoke({ context, presence }: Desk, args: Args): Answer {
  const to = subjectOf(context.state, args['who'] ?? '', presence)
  const words = `\`${subjectText(to)}\` has nothing by command any more. Sandboxes and SSH keys stay as they are; to end those too: \`/sandbox admin offboard\``
  return {
    answer: 'edit',
    edits: removeGrant(context, to),
    message: () => ({ title: 'Taken back', tone: 'good', blocks: [sentence(words)] }),
  }
}

export function grants({ context }: Desk): Answer {
  return say(grantsCard(context.state, context.settings, context.now))
}

/** `admin`, `member`, or commands: `list,show`. */
function givesOf(text: string, commands: readonly Command[]): Gives {
  const words = text.trim().toLowerCase()
  if (words === 'admin' || words === 'member') return words
  const names = words.split(/[\s,]+/).filter((one) => one !== '')
  if (names.length === 0) throw new UserError('invalid', 'Give `member`, `admin`, or commands: `list,show,start,stop`.')
  for (const name of names) {
    if (findCommand(name, commands).need === 'admin') {
      throw new UserError('invalid', `\`${shown(name)}\` needs an admin, so it cannot be given alone.`)
    }
  }
  return [...new Set(names)]
}
