import type { ControlEndpoints } from './adapters/chat/console/control-server.js'
import type { AuditTrail } from './bot/audit-trail.js'
import type { ChatPlatform, PlatformHealth } from './bot/chat.js'
import type { Codes } from './bot/codes.js'
import { driftCard } from './bot/cards/drift.js'
import { plainText } from './bot/plain-text.js'
import { UserError } from './core/errors.js'
import { CODE_LIFETIME_MS } from './core/one-time-code.js'
import { newCode } from './core/operations/pair.js'
import { retryOperation } from './core/operations/retry.js'
import { isLive, type Operation } from './core/operation.js'
import type { Clock, DriftReport, Store } from './core/ports.js'
import { HttpRefusal } from './adapters/chat/console/http.js'
import { withoutButtons } from './bot/message.js'
import type { SyncLoop } from './sync/loop.js'

export interface ControlParts {
  readonly store: Store
  readonly loop: SyncLoop
  readonly platforms: () => readonly ChatPlatform[]
  readonly clock: Clock
  readonly pageLink: () => string | null
  readonly codes: Codes
  readonly trail: AuditTrail
}

/** One line of `sandpiper operations`. Times are in milliseconds since 1970. */
export interface OperationLine {
  readonly id: string
  readonly verb: string
  readonly sandbox: string
  readonly person: string
  readonly state: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly why: string | null
  readonly steps: readonly { readonly label: string; readonly detail: string; readonly state: string }[]
  readonly isLive: boolean
}

/** One chat platform in `sandpiper doctor`. */
export interface PlatformLine {
  readonly name: string
  readonly health: PlatformHealth
  readonly invitation: string | null
}

const MOST = 100

/** What the terminal asks the daemon, beside `say`. */
export function controlEndpoints({
  store,
  loop,
  platforms,
  clock,
  pageLink,
  codes,
  trail,
}: ControlParts): ControlEndpoints {
  const found = (id: unknown): Operation => {
    const all = store.recentOperations(MOST).filter((one) => typeof id === 'string' && one.id.startsWith(id))
    const [operation] = all
    if (operation === undefined)
      throw new HttpRefusal(404, `There is no operation ${String(id)}. See: sandpiper operations`)
    if (all.length > 1) throw new HttpRefusal(400, `Several operations begin with ${String(id)}. Give more of it.`)
    return operation
  }
  return {
    '/page': async () => {
      const link = pageLink()
      if (link === null)
        throw new HttpRefusal(404, 'There is no chat page. Set page = true in [console], and start again.')
      return { link }
    },
    '/pair': async () => {
      const { code, seal } = codes.make()
      store.commit(newCode('pair', null, seal, clock.now()), () =>
        trail.noteHost({ command: 'pair', args: {} }, 'done'),
      )
      return { code, minutes: CODE_LIFETIME_MS / 60_000 }
    },
    '/doctor': async () =>
      platforms().map((platform): PlatformLine => {
        return { name: platform.name, health: platform.health(), invitation: platform.invitation() }
      }),
    '/plan': async () => drift(await loop.pass({ apply: false })),
    '/sync': async () => drift(await loop.pass({ apply: true })),
    '/operations': async () => store.recentOperations(MOST).map((one) => line(one, store)),
    '/operations/show': async ({ id }) => line(found(id), store),
    '/operations/retry': async ({ id }) => {
      const operation = found(id)
      try {
        store.commit(retryOperation(store.state(), operation, clock.now()))
      } catch (error) {
        if (error instanceof UserError) throw new HttpRefusal(400, error.message)
        throw error
      }
      loop.poke([operation.sandbox])
      return line(found(operation.id), store)
    },
  }
}

function drift(report: DriftReport): { differs: boolean; text: string } {
  const differs = report.lines.some((one) => one.sign !== '!') || report.held !== null
  return { differs, text: plainText(withoutButtons(driftCard(report, false))) }
}

function line(operation: Operation, store: Store): OperationLine {
  const { id, verb, sandboxName, state, startedAt, endedAt, reason, waitingFor, steps } = operation
  const person = store.state().persons.find((one) => one.id === operation.person)?.name ?? operation.person
  return {
    id,
    verb,
    sandbox: sandboxName,
    person,
    state,
    startedAt: startedAt.getTime(),
    endedAt: endedAt?.getTime() ?? null,
    why: waitingFor ?? reason,
    steps: steps.map(({ label, detail, state: at }) => ({ label, detail, state: at })),
    isLive: isLive(operation),
  }
}
