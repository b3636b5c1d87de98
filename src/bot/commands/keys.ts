import { addKey, importKeys, removeKey } from '../../core/operations/keys.js'
import type { Edit } from '../../core/edits.js'
import { UserError } from '../../core/errors.js'
import { enteredBy } from '../../core/sharing.js'
import { keysCard } from '../cards/lists.js'
import { count, sentence } from '../cards/words.js'
import { argument, command, say, type Answer, type Desk } from '../command.js'

export const keys = command(
  'keys',
  'Your SSH public keys: list, add, remove, import from GitHub',
  'keys [list | add <key> | remove <key> | import <name>]',
  [
    argument('action', 'What to do', 'list, add, remove or import', {
      kind: 'choice',
      choices: ['list', 'add', 'remove', 'import'],
      positional: true,
    }),
    argument(
      'key',
      'Public key',
      'The line of your .pub file; to remove one: its fingerprint or its comment; to import: your GitHub user name',
      {
        kind: 'rest',
        positional: true,
        required: (args) => ['add', 'remove', 'import'].includes(args['action'] ?? ''),
      },
    ),
  ],
  (desk, args) => {
    const key = args['key'] ?? ''
    switch (args['action']) {
      case 'add':
        return changed(desk, addKey(desk.context, { key }), 'Key added')
      case 'remove':
        return changed(desk, removeKey(desk.context, { key }), 'Key removed')
      case 'import':
        return imported(desk, key.trim())
      default:
        return say(keysCard(mine(desk, desk.context.state.keys), desk.context.now))
    }
  },
  { group: 'me', isFrequent: true, isCostly: (args) => args['action'] === 'import' },
)

/** Only what is good and new; what is known by then is asked after the answer has come. */
async function imported(desk: Desk, name: string): Promise<Answer> {
  const lines = await desk.keySource.keysOf(name)
  const fresh = { ...desk, context: desk.afresh() }
  const { edits, added, known, refused } = importKeys(fresh.context, lines, `${name} at GitHub`)
  if (added === 0) {
    const words =
      lines.length === 0 ? `\`${name}\` has published no key.` : `Nothing new at \`${name}\`: ${known} known already.`
    throw new UserError('invalid', [words, ...new Set(refused)].join(' '))
  }
  const skipped = refused.length === 0 ? [] : [`${refused.length} not taken: ${[...new Set(refused)].join(' ')}`]
  const title = `${count(added, 'key')} of ${name} added`
  return changed(fresh, edits, title, skipped)
}

function mine<Owned extends { readonly person: string }>(desk: Desk, all: readonly Owned[]): readonly Owned[] {
  return all.filter((one) => one.person === desk.context.actor.person.id)
}

function changed(desk: Desk, edits: readonly Edit[], title: string, remarks: readonly string[] = []): Answer {
  const { context } = desk
  const entered = enteredBy(context.state, context.actor.person.id).filter(({ phase }) => phase !== 'deleting')
  return {
    answer: 'edit',
    // Nothing else is wanted of them; that makes it a person's word, which a pause of sync does not hold back.
    edits: [...edits, ...entered.map(({ id }): Edit => ({ edit: 'sandbox.want', id }))],
    message: (after) => {
      const card = keysCard(mine(desk, after.keys), context.now, title)
      return { ...card, blocks: [...remarks.map(sentence), ...card.blocks] }
    },
  }
}
