import { acceptTransfer, declineTransfer, offerTransfer, withdrawTransfer } from '../../core/operations/transfer.js'
import { ownSandbox } from '../../core/operations/operation-context.js'
import { UserError } from '../../core/errors.js'
import type { Sandbox } from '../../core/sandbox.js'
import { sandboxByName, type State } from '../../core/state.js'
import { personBy } from '../../core/whom.js'
import { offeredCard, offeredToYou, passedCard } from '../cards/sharing.js'
import { sandboxCard } from '../cards/sandbox-card.js'
import { sentence } from '../cards/words.js'
import { argument, command, sandboxArgument, type Answer, type Desk } from '../command.js'
import type { Message } from '../message.js'

const NOT_YOURS = 'That is for whom it is offered to.'

export const transfer = command(
  'transfer',
  'Hands a sandbox over to somebody else, who has to accept',
  'transfer <sandbox> <who>',
  [
    sandboxArgument,
    argument('who', 'Who', 'A mention, a name or an id: its next owner', {
      positional: true,
      required: (args) => args['answer'] === undefined,
    }),
    argument('answer', 'Answer', 'To an offer: accept or decline; withdraw takes your own back', {
      kind: 'choice',
      choices: ['accept', 'decline', 'withdraw'],
    }),
  ],
  (desk, args) => {
    const name = args['sandbox'] ?? ''
    switch (args['answer']) {
      case 'accept':
        return accepted(desk, name)
      case 'decline':
        return declined(desk, name)
      case 'withdraw':
        return {
          answer: 'edit',
          edits: withdrawTransfer(desk.context, name),
          message: () => told(`The offer of ${name} is taken back.`),
        }
      default:
        return offered(desk, name, args['who'] ?? '')
    }
  },
  {
    specialNeeds: ['accept', 'decline'].map((answer) => ({ args: { answer }, need: 'member', refusal: NOT_YOURS })),
  },
)

function offered({ context, presence }: Desk, name: string, who: string): Answer {
  const { state, actor } = context
  const sandbox = ownSandbox(context, name, 'hand over')
  const to = personBy(state, who, presence)
  const edits = offerTransfer(context, { sandbox: name, to })
  const until = edits.flatMap((edit) => (edit.edit === 'offer.put' ? [edit.offer.until] : []))[0] ?? context.now
  return {
    answer: 'edit',
    edits,
    message: () => offeredCard(sandbox, to),
    tell: () => [{ to: to.id, message: offeredToYou(sandbox, actor.person, until) }],
  }
}

function accepted({ context, addresses }: Desk, name: string): Answer {
  const { actor, now } = context
  const edits = acceptTransfer(context, name)
  const sandbox = named(context.state, name)
  return {
    answer: 'edit',
    edits,
    message: (after) => sandboxCard(after, named(after, name), addresses, now),
    tell: () => [{ to: sandbox.owner, message: passedCard(sandbox.name, actor.person.name) }],
    passed: [{ sandbox: sandbox.id, former: sandbox.owner }],
  }
}

function declined({ context }: Desk, name: string): Answer {
  const edits = declineTransfer(context, name)
  const sandbox = named(context.state, name)
  const words = `${context.actor.person.name} does not want ${sandbox.name}. It stays yours.`
  return {
    answer: 'edit',
    edits,
    message: () => told(`You have declined ${sandbox.name}. It stays where it is.`),
    tell: () => [{ to: sandbox.owner, message: told(words) }],
  }
}

function told(words: string): Message {
  return { tone: 'plain', blocks: [sentence(words)] }
}

function named(state: State, name: string): Sandbox {
  const sandbox = sandboxByName(state, name.trim().toLowerCase())
  if (sandbox === undefined) throw new UserError('not-found', `There is no sandbox \`${name}\` here.`)
  return sandbox
}
