import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { EventHub } from './events.js'
import { Files } from './files.js'
import { bootGuest, type RunningGuest } from './guest.js'
import { type StoredInstance, type StoredState } from './model.js'
import { addressFor, demandNoConflict, nicOf } from './network.js'
import { Operations } from './operations.js'
import { IncusRefusal } from './reply.js'
import { StateFile } from './state-file.js'

/** The whole simulated host: what is on disk, what runs, and who is told. */
export class Machine {
  readonly events = new EventHub()
  readonly operations = new Operations(this.events)
  readonly files: Files
  readonly state: StoredState
  /** Names that a create has taken and not yet filled. */
  readonly creating = new Set<string>()
  private readonly store: StateFile
  private readonly guests = new Map<string, RunningGuest>()
  private readonly busy = new Map<string, string>()

  constructor(
    folder: string,
    readonly latencyMs: number,
  ) {
    this.store = new StateFile(folder)
    this.state = this.store.state
    this.files = new Files(join(folder, 'files'))
  }

  save(): void {
    this.store.save()
  }

  instance(name: string): StoredInstance {
    const found = Object.hasOwn(this.state.instances, name) ? this.state.instances[name] : undefined
    if (found === undefined) {
      const words = `Failed to fetch instance "${name}" in project "default": Instance not found`
      throw new IncusRefusal(404, words)
    }
    return found
  }

  /** What runs in an instance that does; undefined in one that does not. */
  guest(name: string): RunningGuest | undefined {
    return this.guests.get(name)
  }

  tell(action: string, name: string, context: object = {}): void {
    this.events.lifecycle(action, `/1.0/instances/${name}`, context)
  }

  /** One change of an instance at a time; Incus refuses the second instead of queueing it. */
  async exclusively(name: string, action: string, work: () => Promise<void>): Promise<void> {
    const other = this.busy.get(name)
    if (other !== undefined) throw new IncusRefusal(500, `Instance is busy running a "${other}" operation`)
    this.busy.set(name, action)
    try {
      await work()
    } finally {
      this.busy.delete(name)
    }
  }

  /** Checks, binds, boots. Tells nobody: the word for it depends on who asked. */
  async boot(instance: StoredInstance): Promise<void> {
    demandNoConflict(this.state, instance)
    const address = addressFor(this.state, instance)
    await this.bind(instance, address)
    if (instance.config['volatile.apply_template'] !== undefined) {
      const root = { uid: 0, gid: 0, mode: '0644' }
      this.files.write(instance.name, '/etc/hostname', Buffer.from(`${instance.name}\n`), root, false)
      delete instance.config['volatile.apply_template']
    }
    const now = new Date().toISOString()
    Object.assign(instance, { running: true, address, lastUsedAt: now, startedAt: now })
    instance.config['volatile.last_state.power'] = 'RUNNING'
    instance.config['volatile.eth0.host_name'] = `veth${randomBytes(4).toString('hex')}`
    instance.console += `Welcome to the simulator\n\n${instance.name} login: \n`
    this.save()
  }

  async halt(instance: StoredInstance): Promise<void> {
    await this.guests.get(instance.name)?.close()
    this.guests.delete(instance.name)
    Object.assign(instance, { running: false, address: null, startedAt: null })
    instance.config['volatile.last_state.power'] = 'STOPPED'
    delete instance.config['volatile.eth0.host_name']
    this.save()
  }

  /** As after a restart of Incus' daemon: what ran runs on, with no event and the old `last_used_at`. */
  async adopt(): Promise<void> {
    for (const instance of Object.values(this.state.instances)) {
      if (!instance.running) continue
      try {
        await this.bind(instance, instance.address)
      } catch {
        await this.halt(instance)
      }
    }
  }

  async close(): Promise<void> {
    await this.operations.idle()
    this.events.close()
    await Promise.all([...this.guests.values()].map((guest) => guest.close()))
  }

  /** The keys that Incus itself gives a new instance. */
  volatileKeys(
    devices: StoredInstance['devices'],
    profiles: string[],
    baseImage: string | null,
  ): Record<string, string> {
    const uuid = randomUUID()
    const pinned = nicOf({ devices, profiles })?.['hwaddr']
    const mac = `10:66:6a:${randomBytes(3).toString('hex').match(/../g)?.join(':') ?? ''}`
    return {
      'volatile.uuid': uuid,
      'volatile.uuid.generation': uuid,
      'volatile.cloud-init.instance-id': randomUUID(),
      'volatile.apply_template': 'create',
      ...(pinned === undefined ? { 'volatile.eth0.hwaddr': mac } : {}),
      ...(baseImage === null ? {} : { 'volatile.base_image': baseImage }),
    }
  }

  private async bind(instance: StoredInstance, address: string | null): Promise<void> {
    if (address === null) return
    const read = (path: string): Buffer | null => {
      try {
        const entry = this.files.read(instance.name, path)
        return entry.type === 'file' ? entry.content : null
      } catch {
        return null
      }
    }
    try {
      this.guests.set(instance.name, await bootGuest({ name: instance.name, address, read }))
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      throw new IncusRefusal(500, `Failed to start device "eth0": ${words}`)
    }
  }
}
