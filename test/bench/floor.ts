import { connect } from 'node:tls'
import type { WantedInstance } from '../../src/core/parts/instance.js'
import { renderRoute } from '../../src/infra/caddy/route-json.js'
import { caddyDefaults } from '../../src/infra/caddy/settings.js'
import { createBody } from '../../src/infra/incus/instance.js'
import { rawCaddy } from '../lab/caddy.js'
import { rawDone } from '../lab/incus.js'
import type { Lab } from '../lab/lab.js'
import { sweep } from '../lab/sweep.js'
import type { TestHost } from '../scenario/engine.js'
import { firstAnswer, timeOf } from './first-answer.js'

const ROUTES = `/config/apps/http/servers/${caddyDefaults.server}/routes`
const MARK = 'floor'

/**
 * What nobody can be faster than: one raw create-and-start of the same instance, whose route and certificate were there
 * beforehand. Milliseconds to HTTPS 200.
 */
export async function floor(lab: Lab, host: TestHost, like: WantedInstance, round: number): Promise<number> {
  const name = `${MARK}-${round}`
  const hostName = `${name}.${host.base}`
  const wanted = { ...like, name, sandbox: MARK, sandboxName: name, ipv4: lab.network.pins.to }
  const { '@id': _, ...route } = renderRoute(
    { sandbox: MARK, kind: 'app', host: hostName, address: wanted.ipv4, port: 8000, accounts: null },
    caddyDefaults,
  )
  await rawCaddy(lab, 'POST', ROUTES, { ...route, '@id': name })
  await certificate(host, hostName)
  const body = createBody(wanted, { network: host.network, pool: host.pool, acl: null }) as object
  try {
    return await timeOf(() =>
      Promise.all([rawDone(lab, 'POST', '/1.0/instances', { ...body, start: true }), firstAnswer(host, hostName)]),
    )
  } finally {
    await sweep(lab, {
      instance: (instance) => instance.name === name,
      route: (id) => id === name,
    })
  }
}

/** Resolves when Caddy has a certificate for this name. */
async function certificate(host: TestHost, name: string): Promise<void> {
  const [address = '', port = ''] = host.listen.split(':')
  const shake = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port: Number(port), servername: name, rejectUnauthorized: false })
      const end = (done: boolean): void => {
        socket.destroy()
        resolve(done)
      }
      socket.on('secureConnect', () => end(true))
      socket.on('error', () => end(false))
    })
  const end = Date.now() + 10_000
  while (!(await shake())) if (Date.now() > end) throw new Error(`Caddy has no certificate for ${name}`)
}
