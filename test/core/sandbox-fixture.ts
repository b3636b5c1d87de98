import type { Sandbox } from '../../src/core/sandbox.js'
import type { QuotaSettings } from '../../src/core/quota.js'
import type { AccessSettings, State } from '../../src/core/state.js'

/** A configuration that names nobody. */
export const noAccess: AccessSettings = {
  admins: [],
  members: [],
  grants: [],
  rooms: [],
  trustMs: 24 * 3_600_000,
  undoMs: 30 * 24 * 3_600_000,
  onLeave: 'ask',
}

/** Limits that nobody meets, and a host that keeps nothing for itself. */
export const noQuotas: QuotaSettings = {
  total: {},
  roles: { member: { sandboxes: 1000 }, admin: {} },
  groups: [],
  headroom: { memory: 0, disk: 0 },
}

/** A running sandbox with one delivered login; a test changes what it is about. */
export function aSandbox(change: Partial<Sandbox> = {}): Sandbox {
  const name = change.name ?? 'myapp'
  const id = change.id ?? 'sb1x'
  return {
    id,
    name,
    host: `${name}.box.example.com`,
    agentHost: `shelley.${name}.box.example.com`,
    owner: 'ada',
    instance: `${name}-${id.slice(0, 4)}`,
    ipv4: '10.88.0.10',
    ipv6: null,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    generation: 1,
    appliedGeneration: 1,
    spec: {
      template: 'debian',
      image: { server: null, protocol: null, alias: 'sb/trixie' },
      limits: { cpus: 2, memory: 2 ** 31, disk: 20 * 2 ** 30, processes: 2000 },
      nesting: false,
      appPort: 8000,
      accounts: [{ person: 'ada', user: 'ada', hash: '$2b$10$hash', delivered: true }],
      dns: 'automatic',
      domains: [],
      agent: { kind: 'own' },
    },
    phase: 'ready',
    power: 'running',
    ask: null,
    hostKeys: ['ssh-ed25519 HOST'],
    hostKeysAt: null,
    mappingKey: 'ssh-ed25519 MAP',
    awaited: [],
    agentVersion: null,
    ...change,
  }
}

export function aState(change: Partial<State> = {}): State {
  return {
    sandboxes: [],
    persons: [
      { id: 'ada', name: 'Ada', identities: [{ platform: 'console', workspace: '', user: 'ada' }], isMuted: false },
    ],
    keys: [
      {
        id: 'k1',
        person: 'ada',
        type: 'ssh-ed25519',
        blob: 'AAAA',
        comment: 'ada@laptop',
        fingerprint: 'SHA256:x',
        addedAt: new Date('2026-01-01T00:00:00Z'),
      },
    ],
    operations: [],
    buried: new Set(),
    recordNames: [],
    newestAgent: null,
    rollout: null,
    grants: [],
    rooms: [],
    sightings: [],
    codes: [],
    shares: [],
    offers: [],
    joinings: [],
    departures: [],
    quotas: [],
    ...change,
  }
}
