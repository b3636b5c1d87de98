import { UserError } from '../../core/errors.js'
import { CODE_LIFETIME_MS } from '../../core/one-time-code.js'
import { linkByCode } from '../../core/operations/link.js'
import { newCode } from '../../core/operations/pair.js'
import { codeCard, codeSent, linkedCard, linkedNotice } from '../cards/linking.js'
import { argument, command, type Answer, type Desk } from '../command.js'

export const link = command(
  'link',
  'Joins your accounts on several platforms: a code here, to be sent there',
  'link [code]',
  [
    argument('code', 'Code', 'What you were given on your other account; without it you get one', {
      positional: true,
      isCode: true,
    }),
    argument('confirm', 'Confirm', 'The code is from you yourself', { kind: 'flag' }),
  ],
  (desk, args) => {
    const seal = args['code']
    return seal === undefined ? codeFor(desk) : linked(desk, seal, args['confirm'] !== undefined)
  },
  { need: 'anyone', group: 'me' },
)

/** Told first and kept then: a code that reached nobody is none. */
async function codeFor({ context, codes, tellAlone }: Desk): Promise<Answer> {
  const { actor, now } = context
  if (actor.role === null) {
    throw new UserError(
      'not-allowed',
      'You are not known here yet. Where you are known, send me `/sandbox link`; then send me the code from here.',
    )
  }
  const { code, seal } = codes.make()
  if (!(await tellAlone(codeCard(code, CODE_LIFETIME_MS / 60_000)))) {
    throw new UserError('not-allowed', 'I cannot reach you alone. Open your direct messages to me, and send it again.')
  }
  return { answer: 'edit', edits: newCode('link', actor.person.id, seal, now), message: () => codeSent() }
}

function linked({ context, presence }: Desk, seal: string, isConfirmed: boolean): Answer {
  const { edits, to } = linkByCode(context, { seal, isConfirmed })
  return {
    answer: 'edit',
    edits,
    message: () => linkedCard(to, presence.identity),
    tell: () => to.identities.map((identity) => ({ to: identity, message: linkedNotice(presence.identity) })),
  }
}
