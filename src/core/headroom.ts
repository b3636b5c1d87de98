import { UserError } from './errors.js'
import type { Room } from './host-room.js'
import { bytesText } from './quota-words.js'
import type { QuotaQuestion, Taking } from './quota-check.js'
import { sandboxById } from './state.js'

/** What a sandbox takes of the host while it comes up, unless its limit is lower: what it may take comes later, if ever. */
const STARTING = { memory: 512 * 2 ** 20, disk: 2 ** 31 } as const

type Kind = keyof typeof STARTING

/**
 * The host keeps something free for itself. What was started since it last said how much it has counts as taken. A host
 * that has not said is not asked: it has no room that is known, and none that is missed.
 */
export function checkHeadroom(question: QuotaQuestion, { sandbox, resources }: Taking): void {
  const { room, settings } = question
  if (room === null) return
  const { headroom } = settings.quotas
  if (resources.includes('running')) {
    demand('memory', room.memory, headroom.memory, pending(question, 'memory'), sandbox.name)
  }
  if (resources.includes('sandboxes')) {
    demand('disk', room.disk, headroom.disk, pending(question, 'disk'), sandbox.name)
  }
}

/** What everything takes that is coming up, with what is asked for now. */
function pending({ after, room }: QuotaQuestion, kind: Kind): number {
  const since = room?.at.getTime() ?? 0
  const verbs = kind === 'memory' ? ['create', 'start', 'restart'] : ['create']
  return after.operations
    .filter(({ verb, startedAt }) => verbs.includes(verb) && startedAt.getTime() >= since)
    .reduce((sum, { sandbox }) => {
      const limit = sandboxById(after, sandbox)?.spec.limits[kind] ?? 0
      return sum + Math.min(limit, STARTING[kind])
    }, 0)
}

function demand(kind: Kind, { free }: Room, kept: number, taken: number, name: string): void {
  if (free - taken >= kept) return
  const remedy = kind === 'memory' ? 'Stopping a sandbox makes room' : 'Deleting a sandbox makes room'
  throw new UserError(
    'quota',
    `The host has ${bytesText(Math.max(0, free))} of ${kind} left, keeps ${bytesText(kept)} free for itself, and ${name} does not fit beside what is coming up. ${remedy}; or try again in a minute.`,
  )
}
