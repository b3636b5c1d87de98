import { expandedDevices, hwaddrOf, nicOf } from './network.js'
import { STATUS, type Definition, type StoredInstance, type StoredSnapshot } from './model.js'
import { etagOf } from './reply.js'

const statusOf = (instance: StoredInstance) => {
  const status = instance.running ? 'Running' : 'Stopped'
  return { status, status_code: STATUS[status] } as const
}

const definitionView = (definition: Definition) => ({
  architecture: definition.architecture,
  config: definition.config,
  devices: definition.devices,
  ephemeral: definition.ephemeral,
  profiles: definition.profiles,
  description: definition.description,
  expanded_config: definition.config,
  expanded_devices: expandedDevices(definition),
})

export const instanceView = (instance: StoredInstance) => ({
  ...definitionView(instance),
  ...statusOf(instance),
  name: instance.name,
  type: instance.type,
  created_at: instance.createdAt,
  last_used_at: instance.lastUsedAt,
  stateful: false,
  location: 'none',
  project: 'default',
})

/** recursion=2 and `/1.0/instances/NAME?recursion=1`. */
export const fullView = (instance: StoredInstance, diskUsage: number) => ({
  ...instanceView(instance),
  state: stateView(instance, diskUsage),
  snapshots: instance.snapshots.map((snapshot) => snapshotView(snapshot)),
  backups: null,
})

export const snapshotView = (snapshot: StoredSnapshot) => ({
  ...definitionView(snapshot),
  name: snapshot.name,
  created_at: snapshot.createdAt,
  last_used_at: snapshot.createdAt,
  expires_at: '0001-01-01T00:00:00Z',
  stateful: false,
  size: -1,
})

export const etagOfInstance = (instance: StoredInstance): string =>
  etagOf([instance.architecture, instance.config, instance.devices, instance.ephemeral, instance.profiles])

/** CPU and memory are not measured here: null, so that nobody takes them for idle. */
export const stateView = (instance: StoredInstance, diskUsage: number) => ({
  ...statusOf(instance),
  disk: { root: { usage: diskUsage, total: Number(instance.devices['root']?.['size'] ?? 0) } },
  cpu: { usage: null, allocated_time: null },
  memory: { usage: null, usage_peak: null, total: null, swap_usage: null, swap_usage_peak: null },
  network: instance.running ? networkOf(instance) : null,
  pid: instance.running ? 4242 : 0,
  processes: instance.running ? 7 : -1,
  started_at: instance.startedAt ?? '0001-01-01T00:00:00Z',
  os_info: null,
})

function networkOf(instance: StoredInstance) {
  const eth0 = {
    addresses:
      instance.address === null ? [] : [{ family: 'inet', address: instance.address, netmask: '16', scope: 'global' }],
    counters: { bytes_received: 0, bytes_sent: 0, packets_received: 0, packets_sent: 0 },
    hwaddr: hwaddrOf(instance),
    host_name: instance.config['volatile.eth0.host_name'] ?? '',
    mtu: 1500,
    state: 'up',
    type: 'broadcast',
  }
  const lo = {
    addresses: [{ family: 'inet', address: '127.0.0.1', netmask: '8', scope: 'local' }],
    counters: eth0.counters,
    hwaddr: '',
    host_name: '',
    mtu: 65536,
    state: 'up',
    type: 'loopback',
  }
  return nicOf(instance) === null ? { lo } : { eth0, lo }
}
