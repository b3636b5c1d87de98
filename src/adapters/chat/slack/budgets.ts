import type { Budget, Destination } from '../../../bot/chat.js'
import { identityText } from '../../../core/person.js'
import { readPlace } from './place.js'

/** One message a second into a channel. */
const CHANNEL = 60
/** Tier 3: of edits, all over the workspace. */
const EDITS = 50
/** Tier 4: of what is for one alone. */
const ALONE = 100
/** Of messages, all over the workspace: "several hundred", says Slack. */
const MESSAGES = 300

/** What Slack allows in a minute, by what a delivery is. */
export function budgetsOf(destination: Destination, kind: 'post' | 'edit'): readonly Budget[] {
  if (kind === 'edit') return [{ key: 'edits', perMinute: EDITS }]
  const all = { key: 'messages', perMinute: MESSAGES }
  if ('direct' in destination) return [all, { key: `direct ${identityText(destination.direct)}`, perMinute: CHANNEL }]
  const { channel } = readPlace(destination.place)
  if (destination.to === 'all') return [all, { key: `channel ${channel}`, perMinute: CHANNEL }]
  return [
    all,
    { key: 'alone', perMinute: ALONE },
    { key: `direct ${identityText(destination.to)}`, perMinute: CHANNEL },
  ]
}
