import { InfraError } from '../../core/errors.js'
import type { SeenHostKeys } from '../../core/host-keys.js'
import { z } from 'zod'
import type { InstanceChange, InstanceField, SeenInstance, WantedInstance } from '../../core/parts/instance.js'
import type { HostRoom } from '../../core/host-room.js'
import type { InstanceHealth, InstanceKeeper, Keyring, Names } from '../../core/ports.js'
import type { Network } from '../../core/state.js'
import type { IncusClient } from './client.js'
import { isGone, NO_IMAGE, says } from './errors.js'
import { readHostKeys } from './host-keys.js'
import { pushAuthorizedKey, pushFirstFiles } from './files.js'
import { readHostRoom } from './host-room.js'
import { readHealth } from './health.js'
import {
  createBody,
  instanceShape,
  limitsConfig,
  MARK_KEY,
  markConfig,
  nestingConfig,
  nicDevice,
  rootDevice,
  seenInstance,
  type InstanceSettings,
} from './instance.js'
import { readNetwork } from './network.js'
import { operationsOn, run, waitFor } from './operations.js'

const CREATE_LIMIT_MS = 20 * 60_000
const STOP_SECONDS = 30

type Detail = (text: string) => void

/** Instances by Incus' REST API. Touches only what carries the mark of the sandbox that a change names. */
export class IncusKeeper implements InstanceKeeper {
  constructor(
    private readonly client: IncusClient,
    private readonly settings: InstanceSettings,
    private readonly keyring: Keyring,
  ) {}

  async observe(names: Names, signal: AbortSignal): Promise<ReadonlyMap<string, SeenInstance>> {
    if (names === 'all') {
      const all = await this.client.get('/1.0/instances?recursion=1', z.array(instanceShape), signal)
      return new Map(all.map((instance) => [instance.name, seenInstance(instance, this.settings)]))
    }
    const seen = await Promise.all(names.map((name) => this.lookTwice(name, signal)))
    return new Map(seen.flatMap((instance) => (instance === null ? [] : [[instance.name, instance] as const])))
  }

  hostKeys(name: string, signal: AbortSignal): Promise<SeenHostKeys> {
    return readHostKeys(this.client, name, signal)
  }

  network(signal: AbortSignal): Promise<Network> {
    return readNetwork(this.client, this.settings.network, signal)
  }

  room(at: Date, signal: AbortSignal): Promise<HostRoom> {
    return readHostRoom(this.client, this.settings.pool, at, signal)
  }

  health(name: string, diskLimit: number, signal: AbortSignal): Promise<InstanceHealth> {
    return readHealth(this.client, name, diskLimit, signal)
  }

  async apply(change: InstanceChange, detail: Detail, signal: AbortSignal): Promise<void> {
    switch (change.kind) {
      case 'instance.create':
        return this.create(change.wanted, detail, signal)
      case 'instance.prepare':
        await this.ours(change.wanted.name, change.wanted.sandbox, signal)
        return pushFirstFiles(this.client, change.wanted, this.keyring, signal)
      case 'instance.reconfigure':
        return this.reconfigure(change.wanted, change.fields, signal)
      case 'instance.authorize':
        await this.ours(change.wanted.name, change.wanted.sandbox, signal)
        await pushAuthorizedKey(this.client, change.wanted, signal)
        return this.patch(change.wanted.name, { config: { [MARK_KEY]: change.wanted.mappingKey } }, signal)
      case 'instance.start':
        await this.ours(change.name, change.sandbox, signal)
        return this.power(change.name, 'start', /already running/i, signal)
      case 'instance.stop':
        await this.ours(change.name, change.sandbox, signal)
        return this.gently(change.name, 'stop', signal)
      case 'instance.restart':
        await this.ours(change.name, change.sandbox, signal)
        return this.gently(change.name, 'restart', signal)
      case 'instance.delete':
        return this.delete(change.name, change.sandbox, signal)
    }
  }

  private async create(wanted: WantedInstance, detail: Detail, signal: AbortSignal): Promise<void> {
    const options = { signal, detail, limitMs: CREATE_LIMIT_MS }
    try {
      await run(this.client, 'POST', '/1.0/instances', createBody(wanted, this.settings), options)
    } catch (error) {
      if (!says(error, /already exists/i)) throw namingImage(error, wanted)
      await this.settle(wanted.name, signal, detail)
      await this.ours(wanted.name, wanted.sandbox, signal)
    }
  }

  private async reconfigure(wanted: WantedInstance, fields: readonly InstanceField[], signal: AbortSignal) {
    await this.ours(wanted.name, wanted.sandbox, signal)
    const has = (field: InstanceField): boolean => fields.includes(field)
    const config = {
      ...(has('limits') ? limitsConfig(wanted.limits) : {}),
      ...(has('nesting') ? nestingConfig(wanted.nesting) : {}),
      ...(has('mark') ? markConfig(wanted) : {}),
    }
    const devices = {
      ...(has('limits') ? { root: rootDevice(wanted.limits, this.settings) } : {}),
      ...(has('address') || has('network') ? { eth0: nicDevice(wanted, this.settings) } : {}),
    }
    await this.patch(wanted.name, { config, devices }, signal)
  }

  private async delete(name: string, sandbox: string, signal: AbortSignal): Promise<void> {
    const seen = await this.lookTwice(name, signal)
    if (seen === null) return
    this.check(seen, sandbox)
    if (seen.power !== 'stopped') await this.power(name, 'stop', /already stopped/i, signal, { force: true })
    try {
      await run(this.client, 'DELETE', `/1.0/instances/${name}`, undefined, { signal })
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** The guest's own way first, then by force. */
  private async gently(name: string, action: 'stop' | 'restart', signal: AbortSignal): Promise<void> {
    const there = action === 'stop' ? /already stopped/i : /(?!)/
    try {
      await this.power(name, action, there, signal, { timeout: STOP_SECONDS })
    } catch (error) {
      if (!(error instanceof InfraError) || signal.aborted) throw error
      await this.power(name, action, there, signal, { force: true })
    }
  }

  private async power(name: string, action: string, there: RegExp, signal: AbortSignal, more: object = {}) {
    try {
      const body = { action, timeout: STOP_SECONDS, force: false, ...more }
      await run(this.client, 'PUT', `/1.0/instances/${name}/state`, body, { signal })
    } catch (error) {
      if (!says(error, there)) throw error
    }
  }

  private async patch(name: string, body: unknown, signal: AbortSignal): Promise<void> {
    await run(this.client, 'PATCH', `/1.0/instances/${name}`, body, { signal })
  }

  private async ours(name: string, sandbox: string, signal: AbortSignal): Promise<void> {
    const seen = await this.look(name, signal)
    if (seen === null) throw new InfraError('incus', 'later', `instance ${name} is not there`)
    this.check(seen, sandbox)
  }

  private check(seen: SeenInstance, sandbox: string): void {
    if (seen.sandbox === sandbox) return
    const sentence = 'an instance of this name is there and is not ours'
    throw new InfraError('incus', 'never', `instance ${seen.name} does not carry the mark ${sandbox}`, { sentence })
  }

  /** "Not found" is believed only when nothing is under way that names it. */
  private async lookTwice(name: string, signal: AbortSignal): Promise<SeenInstance | null> {
    const seen = await this.look(name, signal)
    if (seen !== null || !(await this.settle(name, signal))) return seen
    return this.look(name, signal)
  }

  private async settle(name: string, signal: AbortSignal, detail?: Detail): Promise<boolean> {
    const operations = await operationsOn(this.client, name, signal)
    const options = { signal, limitMs: CREATE_LIMIT_MS, ...(detail === undefined ? {} : { detail }) }
    await Promise.allSettled(operations.map((path) => waitFor(this.client, path, `wait for ${name}`, options)))
    signal.throwIfAborted()
    return operations.length > 0
  }

  private async look(name: string, signal: AbortSignal): Promise<SeenInstance | null> {
    try {
      const instance = await this.client.get(`/1.0/instances/${name}`, instanceShape, signal)
      return seenInstance(instance, this.settings)
    } catch (error) {
      if (isGone(error)) return null
      throw error
    }
  }
}

/** People know their images by name: a refusal that is about the image says which. */
function namingImage(error: unknown, { image }: WantedInstance): unknown {
  if (!(error instanceof InfraError) || error.sentence !== NO_IMAGE) return error
  const sentence = `the image \`${image.alias}\` does not exist`
  return new InfraError('incus', error.retry, error.message, { sentence, cause: error })
}
