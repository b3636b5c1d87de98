import { identityText, type Identity, type Person } from '../../core/person.js'
import type { Button, Message } from '../message.js'
import { sentence } from './words.js'

/** The one message that holds a code. It goes to the asker alone, and is never written down. */
export function codeCard(code: string, minutes: number): Message {
  return {
    title: 'Your code',
    tone: 'plain',
    secret: true,
    blocks: [
      { block: 'code', text: code },
      sentence(
        `Send me this within ${minutes} minutes from your other account: \`/sandbox link ${code}\`. Give it to nobody: who sends it is you.`,
      ),
    ],
  }
}

export function codeSent(): Message {
  return {
    tone: 'plain',
    blocks: [
      sentence('I have sent you a code, by direct message or to you alone. Send it to me from your other account.'),
    ],
  }
}

/** To the one who sent the code. */
export function linkedCard(person: Person, identity: Identity): Message {
  return {
    title: `You are ${person.name} here too`,
    tone: 'good',
    blocks: [
      sentence(
        `What ${person.name} owns and may do is yours here. To take it back: \`/sandbox unlink ${identityText(identity)}\``,
      ),
    ],
  }
}

/** To where the code came from: what happened, and how to undo it. */
export function linkedNotice(identity: Identity): Message {
  const text = identityText(identity)
  const undo: Button = {
    label: 'That was not me',
    press: { command: 'unlink', args: { identity: text } },
    style: 'danger',
  }
  return {
    title: `${text} is you now`,
    tone: 'plain',
    blocks: [
      sentence(`Your code was sent from \`${text}\`: it can do what you can do, and what was its own is yours.`),
      { block: 'buttons', buttons: [undo] },
    ],
  }
}

/** A person's identities, each with a way to part it. */
export function identitiesCard(person: Person): Message {
  const only = person.identities.length < 2
  const buttons = person.identities.slice(0, 5).map((identity): Button => {
    const text = identityText(identity)
    return { label: `Part ${text}`, press: { command: 'unlink', args: { identity: text } } }
  })
  const fields = person.identities.map((identity) => ({
    label: identity.platform,
    value: [{ code: identityText(identity) }],
  }))
  return {
    title: `${person.name}'s identities: ${person.identities.length}`,
    tone: 'plain',
    blocks: [
      { block: 'fields', fields },
      only ? sentence('To join another account of yours: `/sandbox link`') : { block: 'buttons', buttons },
    ],
  }
}

export function partedCard(name: string, identity: Identity): Message {
  const text = identityText(identity)
  return {
    title: `${text} is parted`,
    tone: 'good',
    blocks: [
      sentence(
        `\`${text}\` is not ${name} any more. What came with it went with it; everything else stays with ${name}'s other accounts.`,
      ),
    ],
  }
}
