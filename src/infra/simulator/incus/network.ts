import type { Config, Devices, StoredInstance, StoredState } from './model.js'
import { IncusRefusal } from './reply.js'

export const BRIDGE = 'simbr0'

/** On Linux every address in 127/8 can be bound without asking anyone: a network that needs no root. */
export const defaultNetwork: Readonly<Config> = {
  'ipv4.address': '127.77.0.1/16',
  'ipv4.dhcp': 'true',
  'ipv4.dhcp.ranges': '127.77.255.1-127.77.255.254',
  'ipv4.nat': 'true',
  'ipv6.address': 'none',
}

const PINS = ['ipv4.address', 'ipv6.address']

/** The `default` profile. */
export const profileDevices: Readonly<Devices> = {
  eth0: { name: 'eth0', network: BRIDGE, type: 'nic' },
  root: { path: '/', pool: 'default', type: 'disk' },
}

export function expandedDevices(instance: {
  readonly profiles: readonly string[]
  readonly devices: Devices
}): Devices {
  return { ...(instance.profiles.includes('default') ? profileDevices : {}), ...instance.devices }
}

export function nicOf(instance: { readonly profiles: readonly string[]; readonly devices: Devices }): Config | null {
  return expandedDevices(instance)['eth0'] ?? null
}

export function hwaddrOf(instance: StoredInstance): string {
  return nicOf(instance)?.['hwaddr'] ?? instance.config['volatile.eth0.hwaddr'] ?? ''
}

/** Incus takes the same pin twice at create and looks for conflicts only when one of the two starts. */
export function demandNoConflict(state: StoredState, instance: StoredInstance): void {
  const refuse = (words: string): never => {
    throw new IncusRefusal(409, `Failed start validation for device "eth0": ${words} already defined on another NIC`)
  }
  for (const other of Object.values(state.instances)) {
    if (other.name === instance.name) continue
    const mac = hwaddrOf(instance)
    if (mac !== '' && mac === hwaddrOf(other)) refuse(`MAC address "${mac}"`)
    for (const key of PINS) {
      const pin = nicOf(instance)?.[key]
      if (pin !== undefined && pin === nicOf(other)?.[key]) refuse(`IP address "${pin}"`)
    }
  }
}

/** The pin, or the first address of the DHCP range that nobody has. */
export function addressFor(state: StoredState, instance: StoredInstance): string | null {
  const nic = nicOf(instance)
  if (nic === null) return null
  const pin = nic['ipv4.address']
  if (pin !== undefined && pin !== '') return pin
  const taken = new Set(Object.values(state.instances).map((other) => other.address))
  for (let last = 1; last < 255; last++) if (!taken.has(`127.77.255.${last}`)) return `127.77.255.${last}`
  throw new IncusRefusal(500, 'Failed to start device "eth0": No free addresses left')
}

export function networkView(state: StoredState): object {
  return {
    name: BRIDGE,
    description: state.network.description,
    type: 'bridge',
    managed: true,
    status: 'Created',
    config: state.network.config,
    used_by: ['/1.0/profiles/default', ...Object.keys(state.instances).map((name) => `/1.0/instances/${name}`)],
    locations: ['none'],
    project: 'default',
  }
}

/** Pins are there as `static` as soon as the instance is; dynamic ones while it runs. */
export function leases(state: StoredState): object[] {
  const gateway = state.network.config['ipv4.address']?.split('/')[0] ?? ''
  const rows: object[] = [
    { hostname: `${BRIDGE}.gw`, hwaddr: '', address: gateway, type: 'gateway', location: '', project: '' },
  ]
  for (const instance of Object.values(state.instances)) {
    const row = { hostname: instance.name, hwaddr: hwaddrOf(instance), location: 'none', project: 'default' }
    const pins = PINS.map((key) => nicOf(instance)?.[key]).filter((pin) => pin !== undefined)
    rows.push(...pins.map((address) => ({ ...row, address, type: 'static' })))
    if (pins.length === 0 && instance.address !== null)
      rows.push({ ...row, address: instance.address, type: 'dynamic' })
  }
  return rows
}
