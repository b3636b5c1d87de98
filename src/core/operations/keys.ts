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
