import { driftCard } from '../cards/drift.js'
import { sentence } from '../cards/words.js'
import { argument, command, say } from '../command.js'

export const sync = command(
  'sync',
  'Admins: what differs from what is wanted; repair, pause, resume',
  'sync [show | repair | pause | resume]',
  [
    argument('action', 'What to do', 'show, repair, pause or resume', {
      kind: 'choice',
      choices: ['show', 'repair', 'pause', 'resume'],
      positional: true,
    }),
    argument('force', 'Force', 'Go on although an unusual share would be removed', { kind: 'flag' }),
  ],
  async (desk, args) => {
    const { sync: loop } = desk
    switch (args['action']) {
      case 'pause':
      case 'resume': {
        const on = args['action'] === 'pause'
        loop.pause(on)
        const words = on
          ? 'Sync is paused: drift is only reported. What people ask for is done all the same.'
          : 'Sync goes on.'
        return say({ tone: 'plain', blocks: [sentence(words)] })
      }
      case 'repair':
        return say(driftCard(await loop.pass({ apply: true, force: args['force'] !== undefined }), loop.paused()))
      default:
        return say(driftCard(await loop.pass({ apply: false }), loop.paused()))
    }
  },
  { need: 'admin', group: 'admin' },
)
