import { addKey, removeKey } from '../../core/operations/keys.js'
import type { Edit } from '../../core/edits.js'
import { keysCard } from '../cards/lists.js'
import { argument, command, say, type Answer, type Desk } from '../command.js'

export const keys = command(
  'keys',
  'Your SSH public keys: list, add, remove',
  'keys [list | add <key> | remove <key>]',
  [
    argument('action', 'What to do', 'list, add or remove', {
      kind: 'choice',
      choices: ['list', 'add', 'remove'],
      positional: true,
    }),
    argument('key', 'Public key', 'The line of your .pub file; to remove one: its fingerprint or its comment', {
      kind: 'rest',
      positional: true,
      required: (args) => args['action'] === 'add' || args['action'] === 'remove',
    }),
  ],
  (desk, args) => {
    const key = args['key'] ?? ''
    switch (args['action']) {
      case 'add':
        return changed(desk, addKey(desk.context, { key }), 'Key added')
      case 'remove':
        return changed(desk, removeKey(desk.context, { key }), 'Key removed')
      default:
        return say(keysCard(mine(desk, desk.context.state.keys), desk.context.now))
    }
  },
  { group: 'me', isFrequent: true },
)

function mine<Owned extends { readonly person: string }>(desk: Desk, all: readonly Owned[]): readonly Owned[] {
  return all.filter((one) => one.person === desk.context.actor.person.id)
}

function changed(desk: Desk, edits: readonly Edit[], title: string): Answer {
  const { context } = desk
  const own = context.state.sandboxes.filter((sandbox) => sandbox.owner === context.actor.person.id)
  return {
    answer: 'edit',
    edits,
    message: (after) => keysCard(mine(desk, after.keys), context.now, title),
    poke: own.map((sandbox) => sandbox.id),
  }
}
