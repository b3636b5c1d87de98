import type { EditAsk } from './ask.js'
import type { Config, Definition, Devices, StoredState } from './model.js'
import { IncusRefusal } from './reply.js'

const ARCHITECTURE = 'x86_64'

const KNOWN =
  /^(user|volatile|limits|security|boot|image|oci|environment|raw|cloud-init|snapshots|linux|migration|cluster|agent|nvidia|systemd)\./

/** A PUT: what is not said is gone. */
export function replaced(ask: EditAsk): Definition {
  return {
    architecture: ask.architecture || ARCHITECTURE,
    config: withoutEmpty(ask.config ?? {}),
    devices: ask.devices ?? {},
    ephemeral: ask.ephemeral ?? false,
    profiles: ask.profiles ?? ['default'],
    description: ask.description ?? '',
  }
}

/** A PATCH: keys and whole devices are merged; an empty value takes a key away. */
export function patched(old: Definition, ask: EditAsk): Definition {
  return {
    architecture: ask.architecture || old.architecture,
    config: withoutEmpty({ ...old.config, ...ask.config }),
    devices: { ...old.devices, ...ask.devices },
    ephemeral: ask.ephemeral ?? old.ephemeral,
    profiles: ask.profiles ?? old.profiles,
    description: ask.description ?? old.description,
  }
}

/** What Incus refuses at once, with 400. */
export function demandValid(state: StoredState, definition: Definition): void {
  for (const key of Object.keys(definition.config))
    if (!KNOWN.test(key)) throw new IncusRefusal(400, `Invalid config: Unknown configuration key: ${key}`)
  demandAcls(state, definition.devices)
  demandPinnable(state, definition.devices)
}

/** A fixed IPv6 address needs a bridge that gives it out. */
function demandPinnable({ network }: StoredState, devices: Devices): void {
  const isStateful = network.config['ipv6.dhcp.stateful'] === 'true' && network.config['ipv6.address'] !== 'none'
  for (const [name, device] of Object.entries(devices))
    if (device['ipv6.address'] !== undefined && !isStateful && device['security.ipv6_filtering'] !== 'true')
      throw new IncusRefusal(
        400,
        `Invalid devices: Device validation failed for "${name}": Cannot specify "ipv6.address" when DHCP or ` +
          `"ipv6.dhcp.stateful" are disabled (unless using security.ipv6_filtering) on network "${device['network']}"`,
      )
}

function demandAcls(state: StoredState, devices: Devices): void {
  for (const [name, device] of Object.entries(devices))
    for (const acl of (device['security.acls'] ?? '').split(',').map((word) => word.trim()))
      if (acl !== '' && state.acls[acl] === undefined)
        throw new IncusRefusal(
          400,
          `Invalid devices: Device validation failed for "${name}": Network ACL "${acl}" does not exist`,
        )
}

export function demandName(name: string): void {
  if (!/^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(name))
    throw new IncusRefusal(400, 'Invalid instance name: Name can only contain alphanumeric and hyphen characters')
}

const withoutEmpty = (config: Config): Config =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''))
