import type { AuditOutcome } from '../../core/audit.js'
import { argument, command, type Answer, type Args, type Desk } from '../command.js'
import { audit } from './admin/audit.js'
import { grant, grants, revoke } from './admin/grants.js'
import { offboard, restore } from './admin/offboard.js'
import { people, unlink } from './admin/people.js'
import { quota } from './admin/quota.js'
import { room } from './admin/room.js'

type Act = (desk: Desk, args: Args) => Answer

const acts: Readonly<Record<string, Act>> = {
  grants,
  grant,
  revoke,
  people,
  unlink,
  room,
  quota,
  audit,
  offboard,
  restore,
}
const outcomes = ['done', 'started', 'refused', 'failed', 'cancelled', 'stuck'] as const satisfies AuditOutcome[]
/** Those that are about somebody, or some place. */
const aboutSomeone = ['grant', 'revoke', 'unlink', 'room', 'offboard', 'restore']

export const admin = command(
  'admin',
  'Admins: who may do what, and what was done',
  'admin [grants | grant <who> <what> | people | …]',
  [
    argument('action', 'What to do', Object.keys(acts).join(', '), {
      kind: 'choice',
      choices: Object.keys(acts),
      positional: true,
    }),
    argument('who', 'Who', 'A mention, or an id as whoami shows it; with group: or room: before it; a room: here', {
      positional: true,
      required: (args) => aboutSomeone.includes(args['action'] ?? ''),
    }),
    argument(
      'what',
      'What',
      'For grant: member, admin, or commands such as list,show. For quota: sandboxes, running, cpus, memory or disk. For room: on or off',
      {
        positional: true,
        required: (args) => args['action'] === 'grant',
      },
    ),
    argument('amount', 'Amount', 'For quota: 5, 16GiB, none or default', { positional: true }),
    argument('until', 'Until', 'When it ends: 12h, 30d, 2w or 2027-03-31; without an end where left out'),
    argument('heir', 'Heir', 'For offboard: whose the sandboxes become; without one they stop'),
    argument('since', 'Since', 'For audit: 24h, 7d or 2026-03-31'),
    argument('sandbox', 'Sandbox', 'For audit: only what was about this one'),
    argument('command', 'Command', 'For audit: only this command'),
    argument('outcome', 'Outcome', 'For audit: only what ended so', { kind: 'choice', choices: outcomes }),
  ],
  (desk, args) => (acts[args['action'] ?? 'grants'] ?? grants)(desk, args),
  { need: 'admin', group: 'admin' },
)
