import { sentence } from '../cards/words.js'
import { argument, command, say } from '../command.js'

export const notices = command(
  'notices',
  'Direct messages about what nobody asked for: on or off',
  'notices [on | off]',
  [argument('switch', 'On or off', 'on or off', { kind: 'choice', choices: ['on', 'off'], positional: true })],
  ({ context }, args) => {
    const { person } = context.actor
    const isMuted = args['switch'] === undefined ? person.isMuted : args['switch'] === 'off'
    const words = isMuted
      ? 'Notices are off: I send you no direct message about what nobody asked for. Logins still come. On again: `/sandbox notices on`'
      : 'Notices are on: I tell you by direct message when one of your sandboxes stops, runs out of memory or disk, or cannot be repaired. Off: `/sandbox notices off`'
    const message = { tone: 'plain' as const, blocks: [sentence(words)] }
    if (args['switch'] === undefined) return say(message)
    return { answer: 'edit', edits: [{ edit: 'person.mute', id: person.id, isMuted }], message: () => message }
  },
  { group: 'me' },
)
