import { asks, parseAsk } from './ask.js'
import { createInstance } from './create.js'
import { demandValid, patched, replaced } from './definition.js'
import type { Exec } from './exec.js'
import type { Machine } from './machine.js'
import type { Definition, StoredInstance } from './model.js'
import { nicOf } from './network.js'
import { changePower, deleteInstance } from './power.js'
import { background, demandMatch, empty, IncusRefusal, raw, sync } from './reply.js'
import type { Routes } from './router.js'
import { deleteSnapshot, findSnapshot, restoreSnapshot, takeSnapshot } from './snapshots.js'
import { etagOfInstance, fullView, instanceView, snapshotView, stateView } from './view.js'

const plain = { 'Content-Type': 'application/octet-stream' }

export function instanceRoutes(machine: Machine, exec: Exec): Routes {
  return {
    'GET instances': ({ query }) => {
      const all = Object.values(machine.state.instances)
      const depth = query.get('recursion') ?? '0'
      if (depth === '2') return sync(all.map((one) => fullView(one, machine.files.size(one.name))))
      return sync(depth === '1' ? all.map(instanceView) : all.map((it) => `/1.0/instances/${it.name}`))
    },
    'POST instances': ({ body }) => background(createInstance(machine, parseAsk(asks.create, body))),
    'GET instances/:': ({ query }, name = '') => {
      const instance = machine.instance(name)
      return sync(
        query.get('recursion') === '1' ? fullView(instance, machine.files.size(name)) : instanceView(instance),
        etagOfInstance(instance),
      )
    },
    'PATCH instances/:': ({ headers, body }, name = '') => {
      const instance = machine.instance(name)
      demandMatch(headers['if-match'], etagOfInstance(instance))
      edit(machine, instance, patched(instance, parseAsk(asks.edit, body)))
      return empty
    },
    'PUT instances/:': ({ headers, body }, name = '') => {
      const instance = machine.instance(name)
      const ask = parseAsk(asks.edit, body)
      if (ask.restore !== undefined && ask.restore !== '')
        return background(restoreSnapshot(machine, name, ask.restore.split('/').at(-1) ?? ''))
      demandMatch(headers['if-match'], etagOfInstance(instance))
      const next = replaced(ask)
      demandValid(machine.state, next)
      const resources = { instances: [`/1.0/instances/${name}`] }
      return background(
        machine.operations.run('Updating instance', resources, async () => edit(machine, machine.instance(name), next)),
      )
    },
    'DELETE instances/:': (_, name = '') => background(deleteInstance(machine, name)),
    'GET instances/:/state': (_, name = '') => sync(stateView(machine.instance(name), machine.files.size(name))),
    'PUT instances/:/state': ({ body }, name = '') => {
      const ask = parseAsk(asks.power, body)
      return background(changePower(machine, name, ask.action, ask.force ?? false))
    },
    'POST instances/:/exec': ({ body }, name = '') => background(exec.run(name, parseAsk(asks.exec, body).command)),
    'GET instances/:/console': (_, name = '') => raw(Buffer.from(machine.instance(name).console), plain),
    'DELETE instances/:/console': (_, name = '') => {
      machine.instance(name).console = ''
      return empty
    },
    'GET instances/:/snapshots': ({ query }, name = '') => {
      const { snapshots } = machine.instance(name)
      const path = (snapshot: { name: string }) => `/1.0/instances/${name}/snapshots/${snapshot.name}`
      return sync(query.has('recursion') ? snapshots.map(snapshotView) : snapshots.map(path))
    },
    'POST instances/:/snapshots': ({ body }, name = '') =>
      background(takeSnapshot(machine, name, parseAsk(asks.snapshot, body).name)),
    'GET instances/:/snapshots/:': (_, name = '', snapshot = '') =>
      sync(snapshotView(findSnapshot(machine, name, snapshot))),
    'DELETE instances/:/snapshots/:': (_, name = '', snapshot = '') =>
      background(deleteSnapshot(machine, name, snapshot)),
  }
}

function edit(machine: Machine, instance: StoredInstance, next: Definition): void {
  demandValid(machine.state, next)
  const pin = nicOf(next)?.['ipv4.address']
  const taken = Object.values(machine.state.instances).some(
    (other) => other.name !== instance.name && nicOf(other)?.['ipv4.address'] === pin,
  )
  // Unlike a create, a change of the device is checked at once.
  if (pin !== undefined && pin !== nicOf(instance)?.['ipv4.address'] && taken)
    throw new IncusRefusal(400, `Invalid devices: IP address "${pin}" already defined on another NIC`)
  Object.assign(instance, next)
  machine.save()
  machine.tell('instance-updated', instance.name)
}
