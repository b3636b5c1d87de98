import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { authorizedKeyLine } from '../../src/core/person.js'
import { routeId, routeIdOf } from '../../src/core/parts/route.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import type { State } from '../../src/core/state.js'
import { visit, visitUntil } from '../scenario/visit.js'
import type { Lane } from './lane.js'

const WHOLE = { timeout: 20_000, interval: 50 }

/** Nothing is under way, and nothing differs. */
export async function settles(lane: Lane): Promise<void> {
  await expect.poll(() => unfinished(lane), WHOLE).toEqual([])
}

/** After a death and a new start: Incus, Caddy, pipes and database agree, and everybody was told, once. */
export async function becomesWhole(lane: Lane): Promise<void> {
  await settles(lane)
  const state = lane.read((ledger) => ledger.state())
  expect(await instancesOf(lane)).toEqual(state.sandboxes.map(wantedInstance))
  const agentPort = lane.daemon.agent?.port ?? 9999
  expect(await routesOf(lane)).toEqual(state.sandboxes.flatMap((one) => wantedRoutes(one, agentPort)).sort())
  expect(pipesOf(lane)).toEqual(wantedPipes(state, lane.stage.host.sshPort))
  expect(readdirSync(join(lane.daemon.state, 'keys')).sort()).toEqual(state.sandboxes.map(({ id }) => id).sort())
  for (const sandbox of state.sandboxes) await answersItsOwner(lane, sandbox)
  expect(lane.daemon.faults()).toEqual([])
}

/** What is still to be done, in words. A half-built pipe holds a private key: it may not stay. */
async function unfinished(lane: Lane): Promise<readonly string[]> {
  const own = lane.read((ledger) => {
    const { sandboxes, operations } = ledger.state()
    return [
      ...operations.map(({ verb, state }) => `${verb} is ${state}`),
      ...sandboxes.filter((one) => one.ask !== null).map(({ name }) => `${name} has an ask`),
      ...sandboxes
        .filter((one) => one.generation !== one.appliedGeneration)
        .map(({ name }) => `${name} is not applied`),
      ...sandboxes.filter((one) => one.spec.accounts.some(({ delivered }) => !delivered)).map(() => 'a login is due'),
      ...ledger
        .told()
        .filter(({ outcome }) => outcome === null)
        .map(({ request }) => request),
      ...(ledger.undelivered() === 0 ? [] : ['messages are due']),
    ]
  })
  const asides = readdirSync(lane.daemon.pipes).filter((name) => name.startsWith('.'))
  if (own.length + asides.length > 0) return [...own, ...asides]
  const plan = await lane.daemon.plan()
  return plan === '' ? [] : [plan]
}

async function instancesOf({ outside }: Lane): Promise<unknown> {
  const all = await outside.instances()
  return all
    .map(({ name, status, config, devices }) => ({
      name,
      id: config['user.sandpiper.id'],
      address: devices['eth0']?.['ipv4.address'],
      status,
    }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

function wantedInstance({ instance, id, ipv4, power }: Sandbox): unknown {
  return { name: instance, id, address: ipv4, status: power === 'running' ? 'Running' : 'Stopped' }
}

/** One line for each route of Caddy's server: its id, host name, way, and the hashes that it asks for. */
async function routesOf({ outside }: Lane): Promise<readonly string[]> {
  const { apps } = (await outside.caddy()) as { apps: { http: { servers: { srv0: { routes: readonly unknown[] } } } } }
  return apps.http.servers.srv0.routes
    .map((route) => {
      const { '@id': id, match } = route as { '@id': string; match: readonly { host: readonly string[] }[] }
      const config = JSON.stringify(route)
      const dials = [...config.matchAll(/"dial":"([^"]+)"/g)].map(([, dial]) => dial)
      const hashes = [...config.matchAll(/"password":"([^"]+)"/g)].map(([, hash]) => hash)
      return [id, match[0]?.host, ...dials, ...hashes].join(' ')
    })
    .sort()
}

function wantedRoutes({ id, host, agentHost, ipv4, spec }: Sandbox, agentPort: number): readonly string[] {
  return [
    `${routeId(id, 'app')} ${host} ${ipv4}:${spec.appPort}`,
    [routeId(id, 'agent'), agentHost, `${ipv4}:${agentPort}`, ...spec.accounts.map(({ hash }) => hash)].join(' '),
    ...spec.domains.map(({ host: domain }) => {
      const route = routeIdOf({ sandbox: id, kind: 'domain', host: domain })
      return `${route} ${domain} ${ipv4}:${spec.appPort}`
    }),
  ]
}

function pipesOf({ daemon }: Lane): Readonly<Record<string, string>> {
  const names = readdirSync(daemon.pipes).sort()
  const read = (name: string, file: string): string => readFileSync(join(daemon.pipes, name, file), 'utf8')
  return Object.fromEntries(
    names.map((name) => [name, `${read(name, 'sshpiper_upstream')}${read(name, 'authorized_keys')}`]),
  )
}

function wantedPipes({ sandboxes, keys }: State, port: number): Readonly<Record<string, string>> {
  if (keys.length === 0) return {}
  const lines = keys.map((key) => `${authorizedKeyLine(key)}\n`).sort()
  return Object.fromEntries(sandboxes.map(({ name, ipv4 }) => [name, `exedev@${ipv4}:${port}\n${lines.join('')}`]))
}

/** A stopped one answers with its page; the login that came last works on one that runs. */
async function answersItsOwner({ stage: { host }, daemon }: Lane, sandbox: Sandbox): Promise<void> {
  const login = daemon.logins().findLast((one) => one.sandbox === sandbox.id)
  if (login === undefined) throw new Error(`no login of ${sandbox.name} was handed over`)
  const isUp = sandbox.power === 'running'
  const app = isUp && sandbox.spec.appPort === 8000 ? 200 : 503
  expect((await visitUntil(app, () => visit(host, sandbox.host))).status).toBe(app)
  expect((await visitUntil(401, () => visit(host, sandbox.agentHost))).status).toBe(401)
  const agent = isUp ? 200 : 503
  expect((await visitUntil(agent, () => visit(host, sandbox.agentHost, { login }))).status).toBe(agent)
}

/** Every request but the first ones has ended well, and each answer is there once. */
export function everybodyWasToldOnce(lane: Lane, former: number): void {
  const told = lane.read((ledger) => ledger.told()).slice(former)
  expect(told.map(({ busy }) => busy)).toEqual(told.map(() => 0))
  for (const one of told) {
    expect(one).toMatchObject({ outcome: 'done', messages: viewersOf(one.request) })
  }
}

/** An operation's steps are its asker's and its card is for all; a login, as every plain answer, has one message. */
function viewersOf(request: string): readonly string[] {
  if (request.includes('"credentials"')) return ['ada']
  return /"(create|delete|start|stop|restart|port|domain|update)"/.test(request)
    ? ['ada', 'all']
    : [expect.any(String) as string]
}
