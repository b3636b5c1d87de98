import { asks, parseAsk } from './ask.js'
import { aliasList, imageList } from './images.js'
import type { Machine } from './machine.js'
import { BRIDGE, leases, networkView, profileDevices } from './network.js'
import { created, demandMatch, empty, etagOf, IncusRefusal, sync } from './reply.js'
import type { Routes } from './router.js'

const server = {
  api_extensions: ['instances', 'network_acl', 'instance_oci', 'instance_oci_entrypoint', 'events', 'operation_wait'],
  api_status: 'stable',
  api_version: '1.0',
  auth: 'trusted',
  auth_methods: ['tls'],
  config: {},
  public: false,
  environment: {
    architectures: ['x86_64'],
    driver: 'lxc',
    kernel: 'Linux',
    project: 'default',
    server: 'incus',
    server_clustered: false,
    server_name: 'simulator',
    server_version: '7.0.2',
    storage: 'dir',
  },
}

const pool = { name: 'default', description: '', driver: 'dir', status: 'Created', config: {}, locations: ['none'] }
const profile = {
  name: 'default',
  description: '',
  config: {},
  devices: profileDevices,
  used_by: [],
  project: 'default',
}

/** What belongs to the host and not to one instance. */
export function hostRoutes(machine: Machine): Routes {
  const { state, operations } = machine
  const one = <T>(found: T | undefined, words: string): T => {
    if (found === undefined) throw new IncusRefusal(404, words)
    return found
  }
  const bridge = (name: string): void => void one(name === BRIDGE ? name : undefined, 'Network not found')
  return {
    'GET ': () => sync(server, etagOf(server.config)),
    'GET resources': () => sync({ memory: { used: 8e9, total: 64e9 }, cpu: { total: 16 } }),
    'GET projects/:': (_, name) => sync({ name, description: '', config: {}, used_by: [] }),
    'GET profiles/:': (_, name) => sync(one(name === 'default' ? profile : undefined, 'Profile not found')),
    'GET storage-pools': ({ query }) => sync(query.has('recursion') ? [pool] : ['/1.0/storage-pools/default']),
    'GET storage-pools/:': (_, name) => sync(one(name === 'default' ? pool : undefined, 'Storage pool not found')),
    'GET storage-pools/:/resources': () => sync({ space: { used: 20e9, total: 200e9 }, inodes: { used: 0, total: 0 } }),

    'GET images': ({ query }) =>
      sync(query.has('recursion') ? imageList(state) : imageList(state).map((it) => `/1.0/images/${it.fingerprint}`)),
    'GET images/aliases': ({ query }) =>
      sync(query.has('recursion') ? aliasList() : aliasList().map((it) => `/1.0/images/aliases/${it.name}`)),
    'GET images/aliases/*': (_, name) =>
      sync(
        one(
          aliasList().find((it) => it.name === name),
          'Image alias not found',
        ),
      ),
    'GET images/:': (_, start = '') =>
      sync(
        one(
          imageList(state).find((it) => it.fingerprint.startsWith(start)),
          'Image not found',
        ),
      ),

    'GET networks': ({ query }) => sync(query.has('recursion') ? [networkView(state)] : [`/1.0/networks/${BRIDGE}`]),
    'GET networks/:': (_, name = '') => {
      bridge(name)
      return sync(networkView(state), etagOf(state.network))
    },
    'GET networks/:/leases': (_, name = '') => {
      bridge(name)
      return sync(leases(state))
    },
    'PATCH networks/:': ({ headers, body }, name = '') => {
      bridge(name)
      demandMatch(headers['if-match'], etagOf(state.network))
      const ask = parseAsk(asks.network, body)
      Object.assign(state.network.config, ask.config)
      machine.save()
      machine.events.lifecycle('network-updated', `/1.0/networks/${name}`)
      return empty
    },

    'GET network-acls': ({ query }) =>
      sync(
        query.has('recursion')
          ? Object.values(state.acls)
          : Object.keys(state.acls).map((it) => `/1.0/network-acls/${it}`),
      ),
    'POST network-acls': ({ body }) => {
      const { name = '', description = '', config, ingress, egress } = parseAsk(asks.acl, body)
      if (name === '') throw new IncusRefusal(400, 'Name is required')
      if (state.acls[name] !== undefined) throw new IncusRefusal(400, 'The network ACL already exists')
      state.acls[name] = { name, description, config: config ?? {}, ingress: ingress ?? [], egress: egress ?? [] }
      machine.save()
      machine.events.lifecycle('network-acl-created', `/1.0/network-acls/${name}`)
      return created(`/1.0/network-acls/${name}`)
    },
    'GET network-acls/:': (_, name = '') => {
      const acl = one(state.acls[name], 'Network ACL not found')
      return sync(acl, etagOf(acl))
    },
    'PUT network-acls/:': ({ headers, body }, name = '') => {
      const acl = one(state.acls[name], 'Network ACL not found')
      demandMatch(headers['if-match'], etagOf(acl))
      const { description = '', config, ingress, egress } = parseAsk(asks.acl, body)
      Object.assign(acl, { description, config: config ?? {}, ingress: ingress ?? [], egress: egress ?? [] })
      machine.save()
      machine.events.lifecycle('network-acl-updated', `/1.0/network-acls/${name}`)
      return empty
    },
    'DELETE network-acls/:': (_, name = '') => {
      one(state.acls[name], 'Network ACL not found')
      delete state.acls[name]
      machine.save()
      machine.events.lifecycle('network-acl-deleted', `/1.0/network-acls/${name}`)
      return empty
    },

    'GET operations': ({ query }) => {
      const byStatus: Record<string, unknown[]> = {}
      for (const it of operations.all())
        (byStatus[it.status.toLowerCase()] ??= []).push(
          query.get('recursion') === '1' ? it : `/1.0/operations/${it.id}`,
        )
      return sync(byStatus)
    },
    'GET operations/:': (_, id = '') => sync(operations.get(id)),
    'GET operations/:/wait': async ({ query }, id = '') =>
      sync(await operations.wait(id, Number(query.get('timeout') ?? -1))),
    'DELETE operations/:': (_, id = '') => {
      operations.get(id)
      throw new IncusRefusal(400, "This operation can't be cancelled")
    },
  }
}
