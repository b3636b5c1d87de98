import type { Settings } from '../../src/core/state.js'
import type { PauseSwitch } from '../../src/sync/loop.js'
import type { TestHost } from './engine.js'

export function settingsFor(host: TestHost): Settings {
  const limits = { cpus: 1, memory: 2 ** 29, disk: 2 ** 31, processes: 500 }
  const template = { name: 'test', description: '', image: host.image, appPort: 8000, limits, nesting: false }
  return {
    base: host.base,
    scheme: 'nested',
    templates: [template],
    agentPort: 9999,
    sshPort: host.sshPort,
    reservedNames: [],
    pins: host.pins,
    access: { admins: [], members: [] },
  }
}

export function pauseSwitch(): PauseSwitch {
  let on = false
  return { isOn: () => on, set: (to) => void (on = to) }
}
