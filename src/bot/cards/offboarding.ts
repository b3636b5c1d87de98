import { grantsOf } from '../../core/access.js'
import type { Departure } from '../../core/departure.js'
import { identityText, type Identity, type Person } from '../../core/person.js'
import { sandboxById, type Settings, type State } from '../../core/state.js'
import { sameSubject, userSubject } from '../../core/subject.js'
import type { Block, Button, Message } from '../message.js'
import { sentence, text } from './words.js'

/** What became of somebody who was taken out, and how to take that back. */
export function offboardedCard(state: State, settings: Settings, person: Person, departure: Departure): Message {
  const who = identityOf(person)
  const undo: Button = {
    label: `Bring ${person.name} back`,
    press: { command: 'admin', args: { action: 'restore', who } },
  }
  return {
    title: `${person.name} is taken out`,
    tone: 'good',
    blocks: [
      sentence('No grant of theirs counts any more, and no SSH key and no login of theirs opens anything.'),
      ...sandboxesOf(state, departure),
      ...namedInConfig(state, settings, person),
      text('All of it can be given back until ', { time: departure.until }, '.'),
      { block: 'buttons', buttons: [undo] },
    ],
  }
}

function sandboxesOf(state: State, { taken }: Departure): readonly Block[] {
  const named = (ids: readonly string[]): string =>
    ids.map((id) => `\`${sandboxById(state, id)?.name ?? id}\``).join(', ')
  const blocks: Block[] = []
  if (taken.stopped.length > 0) blocks.push(sentence(`Stopped: ${named(taken.stopped)}.`))
  const [first] = taken.passed
  if (first !== undefined) {
    const heir = state.persons.find((person) => person.id === first.heir)?.name ?? 'the heir'
    blocks.push(sentence(`${heir}'s now, and restarted: ${named(taken.passed.map(({ sandbox }) => sandbox))}.`))
  }
  if (taken.shares.length > 0) {
    const shared = named(taken.shares.map(({ sandbox }) => sandbox))
    blocks.push(sentence(`No longer shared with them: ${shared}. A session that is open there ends with a restart.`))
  }
  return blocks
}

function namedInConfig(state: State, settings: Settings, person: Person): readonly Block[] {
  const subjects = person.identities.map(userSubject)
  const isNamed = grantsOf(state, settings).some(
    (grant) => grant.from === 'config' && subjects.some((one) => sameSubject(one, grant.to)),
  )
  return isNamed ? [sentence('config.toml still names them. That opens nothing now; take it out there too.')] : []
}

export function restoredCard(person: Person): Message {
  return {
    title: `${person.name} is back`,
    tone: 'good',
    blocks: [
      sentence(`What ${person.name} had is theirs again, as far as it is still there. New logins are sent to them.`),
    ],
  }
}

/** To the admins: somebody has left, and what can be done. */
export function leftCard(person: Person, identity: Identity): Message {
  const who = identityText(identity)
  const out: Button = {
    label: `Take ${person.name} out`,
    press: { command: 'admin', args: { action: 'offboard', who } },
    style: 'danger',
  }
  return {
    title: `${person.name} has left`,
    tone: 'plain',
    blocks: [
      sentence(
        `\`${who}\` is not there any more, as the platform says. Their sandboxes, SSH keys and logins still work. With an heir: \`/sandbox admin offboard ${who}\`, \`--heir\` and whom`,
      ),
      { block: 'buttons', buttons: [out] },
    ],
  }
}

/** To the admins: one account of somebody is gone, who is still here by another one. */
export function partlyLeftCard(person: Person, identity: Identity): Message {
  const words = `\`${identityText(identity)}\` has left, and is not ${person.name} any more. ${person.name} is still here by another account, with all they have.`
  return { title: `An account of ${person.name} has left`, tone: 'plain', blocks: [sentence(words)] }
}

/** To the owner of a sandbox that was shared with somebody who was taken out. */
export function collaboratorLeft(name: string, person: Person): Message {
  const restart: Button = { label: 'Restart', press: { command: 'restart', args: { sandbox: name } } }
  return {
    title: `${person.name} is out of ${name}`,
    tone: 'plain',
    blocks: [
      sentence(
        `${person.name} was taken out here, so ${name} is not shared with them any more. What they have open in it ends with a restart.`,
      ),
      { block: 'buttons', buttons: [restart] },
    ],
  }
}

/** To the heir. */
export function inheritedCard(name: string, person: Person): Message {
  const show: Button = { label: 'Show it', press: { command: 'show', args: { sandbox: name } } }
  return {
    title: `${name} is yours now`,
    tone: 'plain',
    blocks: [
      sentence(
        `${person.name}, whose it was, was taken out here, and an admin made you the heir. Your login comes in a message of its own.`,
      ),
      { block: 'buttons', buttons: [show] },
    ],
  }
}

function identityOf(person: Person): string {
  const [identity] = person.identities
  return identity === undefined ? person.name : identityText(identity)
}
