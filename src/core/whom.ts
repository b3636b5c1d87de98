import { UserError } from './errors.js'
import { hasLeft, personOf } from './access.js'
import { identityText, type Identity, type Person } from './person.js'
import { shown } from './shown.js'
import type { State } from './state.js'
import { parseSubject, type Presence, type Subject } from './subject.js'

/** How the platforms write somebody, a role, a user group or a channel within a line. */
const MENTIONS: readonly (readonly [RegExp, Subject['kind']])[] = [
  [/^<@&(\w+)>$/, 'group'],
  [/^<!subteam\^(\w+)(?:\|[^>]*)?>$/, 'group'],
  [/^<@!?(\w+)(?:\|[^>]*)?>$/, 'user'],
  [/^<#(\w+)(?:\|[^>]*)?>$/, 'room'],
]

/** Whom a grant is for: by id, as a mention, or `here` for this room. A name is a label, and names nobody here. */
export function subjectOf(state: State, text: string, presence: Presence): Subject {
  const words = text.trim()
  const { platform, workspace } = presence.identity
  if (words.toLowerCase() === 'here') {
    if (!presence.isPrivate) return { kind: 'room', platform, workspace, id: presence.room }
    throw new UserError('invalid', '`here` is a room that others read; this is a direct message. Say it there.')
  }
  const subject = mentioned(words, presence) ?? parseSubject(words)
  if (subject !== null) return subject
  const namesake = named(state, words)[0]?.identities[0]
  const hint =
    namesake === undefined
      ? 'Mention them, or give an id as `/sandbox whoami` shows it; a group or a room has `group:` or `room:` before it.'
      : `Names are no ids, as anybody can choose theirs. Did you mean \`${identityText(namesake)}\`?`
  throw new UserError('invalid', `I do not know whom \`${shown(text)}\` means. ${hint}`)
}

/** Somebody whom we have met: by id, as a mention, or by a name that only one has. Throws UserError. */
export function personBy(state: State, text: string, presence: Presence): Person {
  const identity = identityIn(text, presence)
  if (identity !== null) {
    const person = personOf(state, identity)
    if (person !== undefined) return person
    throw new UserError(
      'not-found',
      `I have not met \`${identityText(identity)}\` yet. They say anything to me first, such as \`/sandbox whoami\`.`,
    )
  }
  const found = named(state, text)
  const [person] = found
  if (person === undefined)
    throw new UserError('not-found', `I know nobody called \`${shown(text)}\`. A mention or an id works too.`)
  if (found.length > 1) {
    const ids = found.flatMap((one) => one.identities.slice(0, 1)).map((one) => `\`${identityText(one)}\``)
    throw new UserError('invalid', `Several are called \`${shown(text)}\`: ${ids.join(', ')}. Say which by its id.`)
  }
  return person
}

/** An identity by id or as a mention; null where the text is neither. */
export function identityIn(text: string, presence: Presence): Identity | null {
  const subject = mentioned(text.trim(), presence) ?? parseSubject(text)
  if (subject?.kind !== 'user') return null
  return { platform: subject.platform, workspace: subject.workspace, user: subject.id }
}

function mentioned(words: string, { identity }: Presence): Subject | null {
  const { platform, workspace } = identity
  for (const [form, kind] of MENTIONS) {
    const id = form.exec(words)?.[1]
    if (id !== undefined) return { kind, platform, workspace, id }
  }
  return null
}

/**
 * Those who still have an identity: of two that were joined, one is called nothing any more. Who was taken out is meant
 * where nobody else is called so.
 */
function named(state: State, text: string): readonly Person[] {
  const wanted = text.trim().replace(/^@/, '').toLowerCase()
  const found = state.persons.filter((person) => person.identities.length > 0 && person.name.toLowerCase() === wanted)
  const there = found.filter((person) => !hasLeft(state, person.id))
  return there.length === 0 ? found : there
}
