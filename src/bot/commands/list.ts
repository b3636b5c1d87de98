import { UserError } from '../../core/errors.js'
import { enteredBy } from '../../core/sharing.js'
import { statusOf } from '../../core/sandbox.js'
import { listCard } from '../cards/lists.js'
import { argument, command, say } from '../command.js'

const ONLY_ADMINS = 'Only an admin sees those of everybody. Yours: `/sandbox list`'
const STATES = ['running', 'stopped', 'creating', 'deleting', 'lost', 'stuck']

export const list = command(
  'list',
  'Your sandboxes; admins: --all',
  'list [--all] [--state running]',
  [
    argument('all', 'All', 'Those of everybody (admins)', { kind: 'flag' }),
    argument('state', 'State', 'Only those in this state', { kind: 'choice', choices: STATES }),
    argument('page', 'Page', 'Which page, where there are many', { kind: 'number' }),
  ],
  ({ context, addresses }, args) => {
    const { state, actor } = context
    const all = args['all'] !== undefined
    const entered = enteredBy(state, actor.person.id)
    const shown = state.sandboxes
      .filter((sandbox) => all || entered.includes(sandbox))
      .filter((sandbox) => args['state'] === undefined || statusOf(sandbox) === args['state'])
      .toSorted((a, b) => a.name.localeCompare(b.name))
    return say(listCard(state, shown, { viewer: actor.person.id, all, page: pageOf(args['page']), args, addresses }))
  },
  { isFrequent: true, specialNeeds: [{ args: { all: 'yes' }, need: 'admin', refusal: ONLY_ADMINS }] },
)

function pageOf(text: string | undefined): number {
  if (text === undefined) return 1
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new UserError('invalid', 'A page is a number from 1.')
}
