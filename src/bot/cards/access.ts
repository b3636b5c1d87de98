import { grantsOf, personOf, type Grant, type NamedGrant } from '../../core/access.js'
import { givesText } from '../../core/operations/grants.js'
import { identityText, type Person } from '../../core/person.js'
import type { Settings, State } from '../../core/state.js'
import { subjectText, type Subject } from '../../core/subject.js'
import type { Field, Inline, Message } from '../message.js'
import { count, sentence } from './words.js'

const MOST = 40

/** Who is let in, and by what. */
export function grantsCard(state: State, settings: Settings, now: Date): Message {
  const grants = grantsOf(state, settings)
  const rooms = [...settings.access.rooms, ...state.rooms].map(subjectText)
  const where =
    rooms.length === 0
      ? 'Commands work in the open everywhere.'
      : `Commands work in the open in ${rooms.map((room) => `\`${room}\``).join(', ')}; elsewhere answers are for the asker alone.`
  if (grants.length === 0) {
    return { tone: 'plain', blocks: [sentence(`Nobody is let in yet: \`/sandbox admin grant\`. ${where}`)] }
  }
  return {
    title: count(grants.length, 'grant'),
    tone: 'plain',
    blocks: [
      { block: 'fields', fields: grants.slice(0, MOST).map((grant) => grantField(state, grant, now)) },
      ...(grants.length > MOST ? [sentence(`… and ${grants.length - MOST} more.`)] : []),
      sentence(where),
    ],
  }
}

function grantField(state: State, grant: NamedGrant, now: Date): Field {
  const name = nameOf(state, grant.to)
  const value: Inline[] = [`${name}${givesText(grant.gives)}`, ...endOf(grant, now)]
  if (grant.from === 'config') value.push(' · config.toml')
  return { label: subjectText(grant.to), value }
}

function endOf({ until }: Grant, now: Date): readonly Inline[] {
  if (until === null) return []
  return [until.getTime() > now.getTime() ? ' · until ' : ' · ended ', { time: until }]
}

function nameOf(state: State, to: Subject): string {
  if (to.kind !== 'user') return ''
  const person = personOf(state, { platform: to.platform, workspace: to.workspace, user: to.id })
  return person === undefined ? '' : `${person.name} · `
}

/** What was granted, to whom, until when. */
export function grantedCard(grant: Grant): Message {
  const to = subjectText(grant.to)
  const who = grant.to.kind === 'user' ? `\`${to}\`` : `Everybody in \`${to}\``
  const what =
    typeof grant.gives === 'string'
      ? `is ${grant.gives === 'admin' ? 'an admin' : 'a member'} now`
      : `may use ${grant.gives.map((one) => `\`${one}\``).join(', ')} now`
  return {
    title: 'Granted',
    tone: 'good',
    blocks: [
      { block: 'text', inlines: [...inlinesOf(`${who} ${what}`), ...untilOf(grant), '.'] },
      sentence(`To take it back: \`/sandbox admin revoke ${to}\``),
    ],
  }
}

function untilOf({ until }: Grant): readonly Inline[] {
  return until === null ? [] : [', until ', { time: until }]
}

function inlinesOf(words: string): readonly Inline[] {
  const block = sentence(words)
  return block.block === 'text' ? block.inlines : []
}

/** Everybody whom we have met, with their identities. */
export function peopleCard(state: State, persons: readonly Person[]): Message {
  const fields = persons.slice(0, MOST).map((person): Field => {
    const own = state.sandboxes.filter((sandbox) => sandbox.owner === person.id).length
    const identities = person.identities.map((one): Inline => ({ code: identityText(one) }))
    const listed = identities.flatMap((one, index) => (index === 0 ? [one] : [' ', one]))
    const isOut = state.departures.some((one) => one.person === person.id)
    return {
      label: person.name,
      value: [...listed, ` · ${count(own, 'sandbox').replace(/xs$/, 'xes')}${isOut ? ' · taken out' : ''}`],
    }
  })
  return {
    title: persons.length === 1 ? '1 person' : `${persons.length} people`,
    tone: 'plain',
    blocks: [
      { block: 'fields', fields },
      ...(persons.length > MOST ? [sentence(`… and ${persons.length - MOST} more.`)] : []),
    ],
  }
}
