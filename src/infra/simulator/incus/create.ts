import { setTimeout as pause } from 'node:timers/promises'
import type { CreateAsk } from './ask.js'
import { demandName, demandValid, replaced } from './definition.js'
import { fetchImage } from './images.js'
import type { Machine } from './machine.js'
import { NEVER, type StoredInstance } from './model.js'
import type { OperationView, Progress } from './operations.js'
import { IncusRefusal } from './reply.js'

/** POST /1.0/instances: a taken name and a wrong definition are refused at once, an unknown image in the operation. */
export function createInstance(machine: Machine, ask: CreateAsk): OperationView {
  const name = ask.name ?? `simulated-${Date.now().toString(36)}`
  demandName(name)
  if (Object.hasOwn(machine.state.instances, name) || machine.creating.has(name))
    throw new IncusRefusal(500, `Instance "${name}" already exists`)
  demandValid(machine.state, replaced(ask))
  if (!['image', 'copy', 'none'].includes(ask.source.type))
    throw new IncusRefusal(400, `Unknown source type ${ask.source.type}`)
  if (ask.source.type === 'copy') sourceOf(machine, ask)
  machine.creating.add(name)
  return machine.operations.run('Creating instance', { instances: [`/1.0/instances/${name}`] }, async (tell) => {
    try {
      await build(machine, name, ask, tell)
    } finally {
      machine.creating.delete(name)
    }
    if (ask.start !== true) return
    await machine.exclusively(name, 'start', async () => {
      await pause(machine.latencyMs)
      await machine.boot(machine.instance(name))
    })
    machine.tell('instance-started', name)
  })
}

async function build(machine: Machine, name: string, ask: CreateAsk, tell: Progress): Promise<void> {
  const definition = replaced(ask)
  let baseImage: string | null = null
  if (ask.source.type === 'image') {
    const image = await fetchImage(machine.state, ask.source, machine.latencyMs, tell)
    baseImage = image.fingerprint
    definition.config['image.description'] = image.description
    if (image.oci) definition.config['image.type'] = 'oci'
  }
  await pause(machine.latencyMs)
  if (ask.source.type === 'copy') {
    const source = sourceOf(machine, ask)
    const kept = Object.entries(source.config).filter(([key]) => !key.startsWith('volatile.'))
    definition.config = { ...Object.fromEntries(kept), ...definition.config }
    definition.devices = { ...source.devices, ...definition.devices }
    machine.files.copy(source.name, name)
  } else machine.files.create(name)
  const own = machine.volatileKeys(definition.devices, definition.profiles, baseImage)
  const instance: StoredInstance = {
    ...definition,
    config: { ...definition.config, ...own },
    name,
    type: 'container',
    createdAt: new Date().toISOString(),
    lastUsedAt: NEVER,
    running: false,
    address: null,
    startedAt: null,
    console: '',
    snapshots: [],
  }
  machine.state.instances[name] = instance
  machine.save()
  machine.tell('instance-created', name, { type: 'container', storage: 'default' })
}

const sourceOf = (machine: Machine, ask: CreateAsk): StoredInstance => machine.instance(ask.source.source ?? '')
