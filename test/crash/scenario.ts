import type { AgentChange } from '../../src/core/parts/agent.js'
import type { InstanceChange } from '../../src/core/parts/instance.js'
import type { Change } from '../../src/core/parts/plan.js'
import type { RecordChange } from '../../src/core/parts/record-set.js'
import { expect } from 'vitest'
import { addressOf } from '../../src/core/sandbox.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import type { Lane } from './lane.js'

/** What brings a change about, and what has to be there before it. */
export interface Scenario {
  readonly given: (lane: Lane) => Promise<void>
  /** Cut off where the daemon dies. */
  readonly cause: (lane: Lane) => Promise<unknown>
  /** How many logins it hands over. */
  readonly logins?: number
}

const SERVER = '/config/apps/http/servers/srv0'

const keys = ['first', 'second'].map((comment) => `${makeKeyPair().publicLine} ${comment}`)

async function keysAre(lane: Lane, wanted: readonly string[]): Promise<void> {
  const there = lane.read((ledger) => ledger.state().keys.map((key) => key.comment))
  for (const comment of there) if (!wanted.includes(comment)) await lane.does('keys', 'remove', comment)
  for (const key of keys) {
    const comment = key.split(' ')[2] ?? ''
    if (wanted.includes(comment) && !there.includes(comment)) await lane.does('keys', 'add', key)
  }
}

async function gone(lane: Lane): Promise<void> {
  await keysAre(lane, ['first'])
  if (lane.sandbox('one') !== undefined) await lane.does('delete', 'one')
}

async function running(lane: Lane): Promise<void> {
  await keysAre(lane, ['first'])
  if (lane.sandbox('one') === undefined) await lane.does('create', 'one')
  else if (lane.facts('one').power === 'stopped') await lane.does('start', 'one')
}

async function stopped(lane: Lane): Promise<void> {
  await running(lane)
  await lane.does('stop', 'one')
}

const says =
  (...words: readonly string[]): Scenario['cause'] =>
  (lane) =>
    lane.daemon.say(...words)

/** Incus tells of it, and nobody has asked. */
const spoils =
  (config: Readonly<Record<string, string>>): Scenario['cause'] =>
  (lane) =>
    lane.outside.changeIncus('PATCH', `/1.0/instances/${lane.facts('one').instance}`, { config })

const otherPort: Scenario['cause'] = (lane) =>
  lane.daemon.say('port', 'one', lane.facts('one').spec.appPort === 8000 ? '8001' : '8000')

export const create: Scenario = { given: gone, cause: says('create', 'one'), logins: 1 }
export const credentials: Scenario = { given: running, cause: says('credentials', 'one'), logins: 1 }

const DOMAIN = 'app.example.test'

async function domainIs(lane: Lane, wanted: boolean): Promise<void> {
  lane.stage.dns.leads(DOMAIN, '127.0.0.1')
  await running(lane)
  const isThere = lane.facts('one').spec.domains.length > 0
  if (isThere !== wanted) await lane.does('domain', 'one', wanted ? 'add' : 'remove', DOMAIN)
}

export const addsDomain: Scenario = {
  given: (lane) => domainIs(lane, false),
  cause: says('domain', 'one', 'add', DOMAIN),
}
export const removesDomain: Scenario = {
  given: (lane) => domainIs(lane, true),
  cause: says('domain', 'one', 'remove', DOMAIN),
}
export const remove: Scenario = { given: running, cause: says('delete', 'one') }

type Scenarios<Kind extends string> = Readonly<Record<Kind, Scenario>>

const instances: Scenarios<InstanceChange['kind']> = {
  'instance.create': create,
  'instance.prepare': create,
  'instance.start': { given: stopped, cause: says('start', 'one') },
  'instance.stop': { given: running, cause: says('stop', 'one') },
  'instance.restart': { given: running, cause: says('restart', 'one') },
  'instance.delete': remove,
  'instance.reconfigure': { given: running, cause: spoils({ 'limits.memory': '128MiB' }) },
  'instance.authorize': { given: running, cause: spoils({ 'user.sandpiper.mapping-key': 'ssh-ed25519 AAAA' }) },
}

/** Its mark says so, and nobody has asked. */
const marks =
  (mark: (address: string) => string): Scenario['cause'] =>
  (lane) =>
    spoils({ 'user.sandpiper.agent': mark(addressOf(lane.facts('one'))) })(lane)

/** The release server has one that this sandbox does not have. */
async function outdated(lane: Lane): Promise<void> {
  await running(lane)
  const { agentVersion } = lane.facts('one')
  const next = agentVersion === 'v1.0.0' ? 'v1.1.0' : 'v1.0.0'
  lane.releases?.publish(next, agentBuilds(next))
  await lane.daemon.kill()
  await lane.daemon.start()
  await expect.poll(() => lane.read((ledger) => ledger.state().newestAgent)).toBe(next)
}

const agents: Scenarios<AgentChange['kind']> = {
  'agent.install': create,
  'agent.configure': { given: running, cause: marks((address) => `v1.0.0 ${address}:1`) },
  'agent.update': { given: outdated, cause: says('update', 'one') },
  'agent.restore': { given: running, cause: marks((address) => `v1.0.0 ${address}:9990 > v9.9.9`) },
}

/** A kind of change without one does not compile. */
export const scenarios: Scenarios<Exclude<Change['kind'], RecordChange['kind']>> = {
  ...instances,
  ...agents,
  'pipe.write': { given: running, cause: says('keys', 'add', keys[1] ?? '') },
  'pipe.remove': { given: running, cause: says('keys', 'remove', 'first') },
  'route.add': create,
  'route.change': { given: running, cause: otherPort },
  'route.remove': remove,
  'server.repair': {
    given: running,
    cause: async (lane) => {
      await lane.outside.changeCaddy('DELETE', `${SERVER}/errors`)
      await lane.daemon.say('sync', 'repair')
    },
  },
}

/** Before the change; its first request sent, or its first thing on the disk; that answered; after it. */
export const moments = ['before', 'begun', 'halfway', 'after'] as const
