import { randomBytes } from 'node:crypto'
import { request } from 'undici'
import type { TsigKey } from '../../src/infra/dns/rfc2136/tsig-key.js'
import { serverAddress } from '../../src/infra/dns/wire/ask.js'
import type { UpdatedZone } from './dns-world.js'
import type { Lab } from './lab.js'

const ZONE = 'pdns.test'

/** A zone on the lab's PowerDNS that takes updates with this key. Made anew each time. */
export async function powerDnsZone({ dns: { powerdns } }: Lab): Promise<UpdatedZone> {
  const call = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, ...fine: readonly number[]) => {
    const answer = await request(`${powerdns.api}/api/v1/servers/localhost${path}`, {
      method,
      headers: { 'x-api-key': powerdns.key, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const said = await answer.body.text()
    if (answer.statusCode >= 300 && !fine.includes(answer.statusCode)) throw new Error(`PowerDNS: ${path}: ${said}`)
  }
  const [key, idleKey] = [newKey('updatekey'), newKey('idlekey')]
  await call('DELETE', `/zones/${ZONE}.`, {}, 404)
  for (const { name, algorithm, secret } of [key, idleKey]) {
    await call('DELETE', `/tsigkeys/${name}.`, {}, 404)
    await call('POST', '/tsigkeys', { name, algorithm, key: secret })
  }
  await call('POST', '/zones', { name: `${ZONE}.`, kind: 'Native', nameservers: [`ns1.${ZONE}.`] })
  await call('PUT', `/zones/${ZONE}./metadata/TSIG-ALLOW-DNSUPDATE`, { metadata: [key.name] })
  return { server: serverAddress(powerdns.address), zone: ZONE, key, idleKey }
}

function newKey(name: string): TsigKey {
  return { name, algorithm: 'hmac-sha256', secret: randomBytes(32).toString('base64') }
}
