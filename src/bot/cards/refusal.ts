import { UserError, type Offer } from '../../core/errors.js'
import type { Identity } from '../../core/person.js'
import type { Block, Message } from '../message.js'
import { sentence } from './words.js'

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

/** `words` is what was asked; times are the asker's own to see exactly. */
export function stale(words: string, sentAt: Date): Message {
  return {
    tone: 'bad',
    blocks: [
      {
        block: 'text',
        inlines: [
          'I was away. Your ',
          { code: words },
          ' of ',
          { time: sentAt },
          ' was not carried out; please send it again if you still want it.',
        ],
      },
    ],
  }
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
