import { identityText, type Person, type PersonId } from '../../core/person.js'
import type { Sandbox } from '../../core/sandbox.js'
import { sharesOf } from '../../core/sharing.js'
import type { State } from '../../core/state.js'
import type { Button, CommandCall, Field, Inline, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { sentence, text } from './words.js'

/** Who may enter beside the owner, until when. */
export function sharesCard(state: State, sandbox: Sandbox, title?: string): Message {
  const shares = sharesOf(state, sandbox)
  const how = sentence(
    `They may enter it by SSH, use its agent, start and stop it; not delete it, nor share it. To take somebody out: \`/sandbox share ${sandbox.name}\`, whom, and \`--remove\``,
  )
  if (shares.length === 0) {
    const words = `${sandbox.name} is shared with nobody. To share it: \`/sandbox share ${sandbox.name}\` and whom`
    return { ...titled(title), tone: 'plain', blocks: [sentence(words)] }
  }
  const fields = shares.map((share): Field => {
    const person = state.persons.find((one) => one.id === share.person)
    const until: Inline[] = share.until === null ? [] : [' · until ', { time: share.until }]
    const hasKey = state.keys.some((key) => key.person === share.person)
    return {
      label: person?.name ?? 'someone',
      value: [{ code: firstIdentity(person) }, ...until, ...(hasKey ? [] : [' · no SSH key yet'])],
    }
  })
  return {
    title: title ?? `${sandbox.name} is shared with ${shares.length}`,
    tone: title === undefined ? 'plain' : 'good',
    blocks: [{ block: 'fields', fields }, how],
  }
}

/** To the new collaborator. The login comes in a message of its own. */
export function sharedWithYou(state: State, sandbox: Sandbox, by: Person, to: PersonId, addresses: Addresses): Message {
  const app = addresses.url(sandbox.host)
  const hasKey = state.keys.some((key) => key.person === to)
  const until = sharesOf(state, sandbox).find((share) => share.person === to)?.until ?? null
  const ssh: Inline[] = hasKey
    ? [{ code: addresses.sshLine(sandbox.name) }]
    : ['add a key first: ', { command: 'keys add' }]
  return {
    title: `${by.name} shares ${sandbox.name} with you`,
    tone: 'good',
    blocks: [
      {
        block: 'fields',
        fields: [
          { label: 'App', value: [{ link: app, url: app }] },
          { label: 'Agent', value: ['your own login comes in a message of its own'] },
          { label: 'SSH', value: ssh },
          ...(until === null ? [] : [{ label: 'Until', value: [{ time: until }] }]),
        ],
      },
      { block: 'buttons', buttons: [{ label: 'Show it', press: call('show', sandbox) }] },
    ],
  }
}

/** To somebody who was taken out, or whose time is over. */
export function noLongerShared(name: string, by: string | null): Message {
  const why = by === null ? 'The time for which it was shared is over' : `${by} took you out`
  return {
    tone: 'plain',
    blocks: [sentence(`${name} is not shared with you any more. ${why}; your key and your login open it no longer.`)],
  }
}

/** To the receiver, who decides. */
export function offeredToYou(sandbox: Sandbox, by: Person, until: Date): Message {
  const answer = (label: string, what: string, style?: 'primary'): Button => ({
    label,
    press: { command: 'transfer', args: { sandbox: sandbox.name, answer: what } },
    ...(style === undefined ? {} : { style }),
  })
  return {
    title: `${by.name} wants to hand ${sandbox.name} over to you`,
    tone: 'plain',
    blocks: [
      text('It would be yours, and count as yours. The offer stands until ', { time: until }, '.'),
      { block: 'buttons', buttons: [answer('Accept', 'accept', 'primary'), answer('Decline', 'decline')] },
    ],
  }
}

export function offeredCard(sandbox: Sandbox, to: Person): Message {
  return {
    title: `${sandbox.name} is offered to ${to.name}`,
    tone: 'good',
    blocks: [
      sentence(
        `It stays as it is until ${to.name} (\`${firstIdentity(to)}\`) accepts. To take the offer back: \`/sandbox transfer ${sandbox.name} --answer withdraw\``,
      ),
    ],
  }
}

/** What becomes of the former owner's own card, and is told to them. */
export function passedCard(name: string, owner: string): Message {
  return {
    title: `${name} is ${owner}'s now`,
    tone: 'good',
    blocks: [sentence(`Your key and your login open ${name} no longer. ${owner} can share it with you.`)],
  }
}

function firstIdentity(person: Person | undefined): string {
  const [identity] = person?.identities ?? []
  return identity === undefined ? '' : identityText(identity)
}

function titled(title: string | undefined): { title?: string } {
  return title === undefined ? {} : { title }
}

function call(command: string, { name }: Sandbox): CommandCall {
  return { command, args: { sandbox: name } }
}
