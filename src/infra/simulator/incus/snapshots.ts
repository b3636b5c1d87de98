import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.js'
import type { StoredSnapshot } from './model.js'
import type { OperationView } from './operations.js'
import { IncusRefusal } from './reply.js'

const rootOf = (instance: string, snapshot: string): string => `${instance}@${snapshot}`

const resources = (instance: string) => ({ instances: [`/1.0/instances/${instance}`] })

export function findSnapshot(machine: Machine, instance: string, name: string): StoredSnapshot {
  const found = machine.instance(instance).snapshots.find((snapshot) => snapshot.name === name)
  if (found === undefined) throw new IncusRefusal(404, 'Instance snapshot not found')
  return found
}

export function takeSnapshot(machine: Machine, instance: string, name: string): OperationView {
  if (name === '' || /[/@\s]/.test(name)) throw new IncusRefusal(400, 'Invalid snapshot name')
  if (machine.instance(instance).snapshots.some((snapshot) => snapshot.name === name))
    throw new IncusRefusal(409, `Snapshot "${name}" already exists`)
  return machine.operations.run('Snapshotting instance', resources(instance), () =>
    machine.exclusively(instance, 'snapshot', async () => {
      await pause(machine.latencyMs)
      const { architecture, config, devices, ephemeral, profiles, description, snapshots } = machine.instance(instance)
      const definition = structuredClone({ architecture, config, devices, ephemeral, profiles, description })
      machine.files.copy(instance, rootOf(instance, name))
      snapshots.push({ ...definition, name, createdAt: new Date().toISOString() })
      machine.save()
      machine.tell('instance-snapshot-created', `${instance}/snapshots/${name}`)
    }),
  )
}

/** A running instance is stopped for it and started again, as Incus does. */
export function restoreSnapshot(machine: Machine, instance: string, name: string): OperationView {
  findSnapshot(machine, instance, name)
  return machine.operations.run('Restoring snapshot', resources(instance), () =>
    machine.exclusively(instance, 'restore', async () => {
      await pause(machine.latencyMs)
      const { architecture, config, devices, ephemeral, profiles, description } = findSnapshot(machine, instance, name)
      const target = machine.instance(instance)
      const wasRunning = target.running
      if (wasRunning) await machine.halt(target)
      machine.files.copy(rootOf(instance, name), instance)
      Object.assign(target, structuredClone({ architecture, config, devices, ephemeral, profiles, description }))
      machine.save()
      if (wasRunning) await machine.boot(target)
      machine.tell('instance-restored', instance, { snapshot: name })
    }),
  )
}

export function deleteSnapshot(machine: Machine, instance: string, name: string): OperationView {
  findSnapshot(machine, instance, name)
  return machine.operations.run('Deleting snapshot', resources(instance), () =>
    machine.exclusively(instance, 'snapshot-delete', async () => {
      await pause(machine.latencyMs)
      const target = machine.instance(instance)
      target.snapshots = target.snapshots.filter((snapshot) => snapshot.name !== name)
      machine.files.remove(rootOf(instance, name))
      machine.save()
      machine.tell('instance-snapshot-deleted', `${instance}/snapshots/${name}`)
    }),
  )
}
