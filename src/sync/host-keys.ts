import { InfraError } from '../core/errors.js'
import { hostKeyName, learnHostKeys } from '../core/host-keys.js'
import type { SeenInstance } from '../core/parts/instance.js'
import type { Sandbox } from '../core/sandbox.js'
import type { ConvergeParts } from './converge.js'

/** A guest that makes new host keys does so while it boots. */
const BOOT_MS = 20_000
/** A look takes some 50 ms: after a reboot of the host, more than these wait for the next pass. */
const MOST = 32
const AT_ONCE = 4

type Parts = Pick<ConvergeParts, 'world' | 'store' | 'announcer' | 'log'>

/** Looks once in each run of an instance whether its host keys are still those that are known: new ones shut SSH. */
export async function lookAtHostKeys(
  parts: Parts,
  instances: ReadonlyMap<string, SeenInstance>,
  signal: AbortSignal,
): Promise<void> {
  const now = parts.world.clock.now().getTime()
  const due = parts.store.state().sandboxes.flatMap((sandbox) => {
    const seen = instances.get(sandbox.instance)
    return seen !== undefined && isDue(sandbox, seen, now) ? [{ sandbox, startedAt: seen.lastUsedAt }] : []
  })
  for (let at = 0; at < Math.min(due.length, MOST); at += AT_ONCE) {
    await Promise.all(due.slice(at, at + AT_ONCE).map((one) => lookAt(parts, one.sandbox, one.startedAt, signal)))
  }
}

function isDue(sandbox: Sandbox, seen: SeenInstance, now: number): boolean {
  const isUp = sandbox.phase === 'ready' && seen.sandbox === sandbox.id && seen.power === 'running'
  return isUp && seen.lastUsedAt !== sandbox.hostKeysAt && now - Date.parse(seen.lastUsedAt) >= BOOT_MS
}

async function lookAt(parts: Parts, sandbox: Sandbox, startedAt: string, signal: AbortSignal): Promise<void> {
  const { world, store, announcer, log } = parts
  try {
    const hostKeys = learnHostKeys(sandbox.hostKeys, await world.instances.hostKeys(sandbox.instance, signal))
    const facts = { hostKeysAt: startedAt, ...(hostKeys === null ? {} : { hostKeys }) }
    store.commit([{ edit: 'sandbox.note', id: sandbox.id, facts }])
    if (hostKeys === null) return
    log('warn', 'a sandbox has made new SSH host keys', { sandbox: sandbox.name })
    const keys = hostKeys.map(hostKeyName).filter((key) => key !== null)
    announcer.noticed(sandbox.id, { notice: 'host-keys', keys })
    announcer.sandboxChanged(sandbox.id)
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    // It may be stopping just now; the next pass looks again.
    log('warn', error.message, { sandbox: sandbox.name, error })
  }
}
