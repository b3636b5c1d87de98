import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { shown } from '../shown.js'
import { parsePublicKey } from '../ssh-key.js'
import type { Context } from './operation-context.js'

/** Keys lock no sandbox: every sandbox that the person may enter follows. */
export function addKey(context: Context, request: { readonly key: string }): readonly Edit[] {
  const parsed = parsePublicKey(request.key)
  const person = context.actor.person.id
  if (context.state.keys.some((key) => key.person === person && key.fingerprint === parsed.fingerprint)) {
    throw new UserError('invalid', `I have that key already (${parsed.fingerprint}).`)
  }
  return [{ edit: 'key.add', key: { id: context.newId(), person, ...parsed, addedAt: context.now } }]
}

export interface Imported {
  readonly edits: readonly Edit[]
  readonly added: number
  readonly known: number
  /** Why a line was not taken: the sentence of each. */
  readonly refused: readonly string[]
}

/** Takes of the published lines what is good and new; one bad line is in nobody else's way. */
export function importKeys(context: Context, lines: readonly string[], label: string): Imported {
  const person = context.actor.person.id
  const seen = new Set(context.state.keys.filter((key) => key.person === person).map((key) => key.fingerprint))
  const edits: Edit[] = []
  const refused: string[] = []
  let known = 0
  for (const line of lines) {
    try {
      const parsed = parsePublicKey(line)
      if (seen.has(parsed.fingerprint)) known += 1
      else {
        seen.add(parsed.fingerprint)
        const comment = parsed.comment === '' ? label : parsed.comment
        const key = { id: context.newId(), person, ...parsed, comment, addedAt: context.now }
        edits.push({ edit: 'key.add', key })
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refused.push(error.message)
    }
  }
  return { edits, added: edits.length, known, refused }
}

/** `key`: a fingerprint, its beginning, or the key's comment. */
export function removeKey(context: Context, request: { readonly key: string }): readonly Edit[] {
  const wanted = request.key.trim()
  const mine = context.state.keys.filter((key) => key.person === context.actor.person.id)
  const found = mine.filter(
    (key) =>
      key.comment === wanted || key.fingerprint.startsWith(wanted) || key.fingerprint.startsWith(`SHA256:${wanted}`),
  )
  const [key] = found
  if (wanted === '' || key === undefined) {
    throw new UserError('not-found', `You have no key \`${shown(wanted)}\` here. Your keys: \`/sandbox keys list\``)
  }
  if (found.length > 1)
    throw new UserError('invalid', `More than one of your keys fits \`${shown(wanted)}\`. Give its whole fingerprint.`)
  return [{ edit: 'key.remove', id: key.id }]
}
