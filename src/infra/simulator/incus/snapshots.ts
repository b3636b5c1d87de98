import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.js'
import type { StoredSnapshot } from './model.js'
import type { OperationView } from './operations.js'
import { IncusRefusal } from './reply.js'

const rootOf = (instance: string, snapshot: string): string => `${instance}@${snapshot}`

const resources = (instance: string, snapshot: string) => ({
  instances: [`/1.0/instances/${instance}`],
  instances_snapshots: [`/1.0/instances/${instance}/snapshots/${snapshot}`],
})

export function findSnapshot(machine: Machine, instance: string, name: string): StoredSnapshot {
  const found = machine.instance(instance).snapshots.find((snapshot) => snapshot.name === name)
  if (found === undefined) {
    const words = `Failed to fetch snapshot "${name}" of instance "${instance}" in project "default"`
    throw new IncusRefusal(404, `${words}: Instance_snapshot not found`)
  }
  return found
}

/** A wrong name is refused at once, one that is taken in the operation. */
export function takeSnapshot(machine: Machine, instance: string, name: string): OperationView {
  demandSnapshotName(name)
  machine.instance(instance)
  return machine.operations.run('Snapshotting instance', resources(instance, name), () =>
    machine.exclusively(instance, 'snapshot', async () => {
      if (machine.instance(instance).snapshots.some((snapshot) => snapshot.name === name)) {
        const words = 'Add snapshot info to the database: This "Instance_snapshot" entry already exists'
        throw new IncusRefusal(400, `Failed creating instance snapshot record "${name}": ${words}`)
      }
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
  const { instances } = resources(instance, name)
  return machine.operations.run('Restoring snapshot', { instances }, () =>
    machine.exclusively(instance, 'restore', async () => {
      if (machine.instance(instance).snapshots.every((snapshot) => snapshot.name !== name))
        throw new IncusRefusal(400, `Snapshot ${instance}/${name} does not exist`)
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
  return machine.operations.run('Deleting snapshot', resources(instance, name), () =>
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

function demandSnapshotName(name: string): void {
  const refuse = (words: string): never => {
    throw new IncusRefusal(400, `Invalid snapshot name: ${words}`)
  }
  if (name.includes('/')) refuse('Name contains invalid character "/"')
  if (/\s/.test(name)) refuse('Name cannot contain white space')
  if (!/^[a-zA-Z0-9](.*[a-zA-Z0-9])?$/.test(name)) refuse('Names must start and end with an alphanumeric character')
}
