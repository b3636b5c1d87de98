import type { Settings } from '../../src/core/state.js'
import type { PauseSwitch } from '../../src/sync/loop.js'
import { noAccess, noQuotas } from '../core/sandbox-fixture.js'
import type { TestHost } from './engine.js'

/** An agent of ours, from this release server, beside the image's own on 9999. */
export interface TestAgent {
  readonly releaseUrl: string
  readonly port: number
}

export function settingsFor(host: TestHost, testAgent: TestAgent | null): Settings {
  const limits = { cpus: 1, memory: 2 ** 29, disk: 2 ** 31, processes: 500 }
  const agent = testAgent === null ? ('own' as const) : ('shelley' as const)
  const template = { name: 'test', description: '', image: host.image, appPort: 8000, limits, nesting: false, agent }
  return {
    base: host.base,
    scheme: 'nested',
    templates: [template],
    agentPort: testAgent?.port ?? 9999,
    sshPort: host.sshPort,
    reservedNames: [],
    pins: host.pins,
    access: noAccess,
    quotas: noQuotas,
  }
}

export function pauseSwitch(): PauseSwitch {
  let on = false
  return { isOn: () => on, set: (to) => void (on = to) }
}
