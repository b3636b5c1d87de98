import { UserError, type Offer } from '../../core/errors.js'
import type { Identity } from '../../core/person.js'
import type { Block, Inline, Message } from '../message.js'
import type { Missed } from '../stale.js'
import { sentence } from './words.js'

const MOST_MISSED = 5

/** A refusal is its sentence, and what would work beside it. */
export function refusal(error: UserError): Message {
  return { tone: 'bad', blocks: [sentence(error.message), ...offerButtons(error.offers)] }
}

export function stranger(identity: Identity): Message {
  return {
    tone: 'bad',
    blocks: [
      sentence(`I do not know you yet. Ask an admin of this place for access; your id here is \`${identity.user}\`.`),
    ],
  }
}

export function notAllowed(command: string): Message {
  return { tone: 'bad', blocks: [sentence(`Only an admin can use \`${command}\`. For what you can do: \`help\``)] }
}

/** `refusal`: a sentence of the command itself, about what a member cannot do with it. */
export function notForMembers(refusal: string): Message {
  return { tone: 'bad', blocks: [sentence(refusal)] }
}

/** To one who was given some commands alone. */
export function notAmongYours(command: string, yours: readonly string[]): Message {
  const listed = yours.map((one) => `\`${one}\``).join(', ')
  return {
    tone: 'bad',
    blocks: [sentence(`\`${command}\` is not among what you may use here: ${listed}. An admin can give you more.`)],
  }
}

/** One message for all that came too late; times are the asker's own to see exactly. */
export function stale(missed: readonly Missed[]): Message {
  const shown = missed.slice(-MOST_MISSED)
  const listed = shown.flatMap(({ words, sentAt }, index): Inline[] => [
    index === 0 ? 'I was away. Your ' : ', your ',
    { code: words },
    ' of ',
    { time: sentAt },
  ])
  const rest = missed.length - shown.length
  const end =
    missed.length === 1
      ? ' was not carried out; please send it again if you still want it.'
      : `${rest > 0 ? ` and ${rest} before them` : ''} were not carried out; please send again what you still want.`
  return { tone: 'bad', blocks: [{ block: 'text', inlines: [...listed, end] }] }
}

export function ourFault(incident: string): Message {
  return {
    tone: 'bad',
    blocks: [sentence(`That did not work, and it is not your fault. (incident ${incident}; an admin can look it up)`)],
  }
}

/** `cause`: "the host’s Caddy does not answer". */
export function hostAway(cause: string, incident: string): Message {
  return {
    tone: 'bad',
    blocks: [
      sentence(
        `That cannot be done right now: ${cause}. Please try again in a moment. (incident ${incident}; an admin can look it up)`,
      ),
    ],
  }
}

/** `cause`: "the disk of the state folder is full". */
export function diskTrouble(cause: string): Message {
  return {
    tone: 'bad',
    blocks: [
      {
        block: 'text',
        inlines: [
          `I cannot write anything down: ${cause}. Nothing was changed. Tell an admin, and send it again then.`,
        ],
      },
    ],
  }
}

export function offerButtons(offers: readonly Offer[]): Block[] {
  if (offers.length === 0) return []
  const buttons = offers
    .slice(0, 5)
    .map((offer) => ({ label: offer.label, press: { command: offer.command, args: offer.args } }))
  return [{ block: 'buttons', buttons }]
}
