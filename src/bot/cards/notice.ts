import type { Notice } from '../../core/notice.js'
import type { Button, Message } from '../message.js'
import { capital, sentence } from './words.js'

/** To a sandbox's owner: what happened, and what can be done. */
export function noticeCard(name: string, notice: Notice): Message {
  const press = (command: string): { command: string; args: { sandbox: string } } => ({
    command,
    args: { sandbox: name },
  })
  const show: Button = { label: 'Show it', press: press('show') }
  const told = (title: string, words: string, buttons: readonly Button[], tone: Message['tone'] = 'bad'): Message => ({
    title,
    tone: tone ?? 'bad',
    blocks: [
      sentence(`${words} Such notices can be turned off: \`/sandbox notices off\``),
      { block: 'buttons', buttons },
    ],
  })
  switch (notice.notice) {
    case 'stopped':
      return told(
        `○ ${name} has stopped`,
        'Nobody asked for it here: it was powered off from inside, or on the host.',
        [{ label: 'Start', press: press('start'), style: 'primary' }, show],
      )
    case 'lost':
      return told(
        `✕ ${name} is lost`,
        `Its instance is gone from the host, and nobody deleted it here. I have not made an empty one in its place. Deleting ${name} frees its name.`,
        [show],
      )
    case 'out-of-memory': {
      const limit = notice.limit === null ? '' : ` of ${bytes(notice.limit)}`
      return told(
        `✕ ${name} ran out of memory`,
        `A process in ${name} was ended because the memory${limit} was used up.`,
        [{ label: 'Restart', press: press('restart') }, show],
      )
    }
    case 'disk-full':
      return told(
        `✕ ${name}'s disk is nearly full`,
        `${bytes(notice.used)} of ${bytes(notice.size)} are used. Remove what is not needed before writes fail.`,
        [show],
      )
    case 'certificate':
      return told(`✕ ${name} has no good certificate`, `${notice.host}: ${capital(notice.reason)}.`, [show])
    case 'domain':
      return told(
        `● ${name} has another domain`,
        `\`${notice.host}\` leads here now: ${name} is published there.`,
        [show],
        'good',
      )
    case 'host-keys': {
      const keys = notice.keys.map((key) => `\`${key}\``).join(', ')
      return told(
        `${name} has new SSH host keys`,
        `It has made them itself: ${keys}. SSH was refused for that, and works again.`,
        [show],
        'plain',
      )
    }
    case 'repair-failed':
      return told(
        `✕ ${name} could not be repaired`,
        `Something of ${name} differs from what is wanted, and setting it right failed: ${notice.reason}. An admin can look at it.`,
        [show],
      )
    default:
      return notice satisfies never
  }
}

/** `1.1 GiB`, `212 MiB` */
function bytes(amount: number): string {
  const gib = amount / 2 ** 30
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.round(amount / 2 ** 20)} MiB`
}
