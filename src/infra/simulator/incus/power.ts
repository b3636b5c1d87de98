import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.js'
import type { OperationView } from './operations.js'
import { IncusRefusal } from './reply.js'

const verbs: Readonly<Record<string, string>> = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' }

/**
 *  asked            | events
 *  -----------------+-----------------------------------------
 *  start            | instance-started
 *  stop             | instance-shutdown
 *  stop, force      | instance-paused, instance-stopped
 *  restart          | instance-restarted
 *  restart, force   | instance-paused, instance-restarted
 */
export function changePower(machine: Machine, name: string, action: string, force: boolean): OperationView {
  machine.instance(name)
  const verb = verbs[action]
  if (verb === undefined) throw new IncusRefusal(400, `Unknown action ${action}`)
  return machine.operations.run(`${verb} instance`, { instances: [`/1.0/instances/${name}`] }, () =>
    machine.exclusively(name, action, async () => {
      const instance = machine.instance(name)
      if (action === 'start' && instance.running) throw new IncusRefusal(400, 'The instance is already running')
      if (action !== 'start' && !instance.running) throw new IncusRefusal(400, 'The instance is already stopped')
      // A graceful stop waits for the guest's own shutdown.
      await pause(action === 'start' || force ? machine.latencyMs : machine.latencyMs * 3)
      if (action !== 'start') {
        if (force) machine.tell('instance-paused', name)
        await machine.halt(instance)
      }
      if (action !== 'stop') await machine.boot(instance)
      const graceful = action === 'stop' && !force
      machine.tell(graceful ? 'instance-shutdown' : pastOf(action), name)
      if (action === 'stop' && instance.ephemeral) await remove(machine, name)
    }),
  )
}

/** `poweroff` from inside the guest. */
export async function powerOffFromInside(machine: Machine, name: string): Promise<void> {
  await machine.halt(machine.instance(name))
  machine.tell('instance-shutdown', name)
}

export function deleteInstance(machine: Machine, name: string): OperationView {
  if (machine.instance(name).running) throw new IncusRefusal(400, 'Instance is running')
  return machine.operations.run('Deleting instance', { instances: [`/1.0/instances/${name}`] }, () =>
    machine.exclusively(name, 'delete', async () => {
      await pause(machine.latencyMs)
      if (machine.instance(name).running) throw new IncusRefusal(400, 'Instance is running')
      await remove(machine, name)
    }),
  )
}

async function remove(machine: Machine, name: string): Promise<void> {
  const instance = machine.instance(name)
  if (instance.running) await machine.halt(instance)
  for (const snapshot of instance.snapshots) {
    machine.files.remove(`${name}@${snapshot.name}`)
    machine.tell('instance-snapshot-deleted', `${name}/snapshots/${snapshot.name}`)
  }
  machine.files.remove(name)
  delete machine.state.instances[name]
  machine.save()
  machine.tell('instance-deleted', name)
}

function pastOf(action: string): string {
  return action === 'start' ? 'instance-started' : action === 'stop' ? 'instance-stopped' : 'instance-restarted'
}
