import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureAcl } from '../../src/infra/incus/network.js'
import { asItShould, playOf } from '../scenario/play.js'
import { itLetsItsPersonIn } from '../scenario/ssh-login.js'
import { visitUntil, visit } from '../scenario/visit.js'
import { Bridge } from './bridge.js'
import { rawDone } from './incus.js'
import { labUp } from './lab.js'
import { labStage } from './stage.js'

const lab = await labUp()
/** Addresses that look public: no rule about private ones is what keeps neighbours apart. */
const GATEWAY = '2001:db8:6::1'
const onlyIpv6 = {
  'ipv4.address': 'none',
  'ipv6.address': `${GATEWAY}/64`,
  'ipv6.dhcp.stateful': 'true',
  'ipv6.nat': 'false',
}
const on6 = { ...(await labStage()).host, listen: '[::1]:7443' }

describe('lab: a sandbox with an address of each family', () => {
  const the = playOf(() => labStage(), { listen: ['127.0.0.1:7443', '[::1]:7443'] })

  it('is created, and has both', async () => {
    expect((await the().create('dual')).state).toBe('done')
    expect(await the().answers('dual')).toEqual(asItShould)
    const { instance, ipv4, ipv6 } = the().facts('dual')
    expect(await the().outside.addressesOf(instance)).toEqual([ipv4])
    await expect.poll(() => the().outside.addressesOf(instance, 'inet6'), { timeout: 20_000 }).toEqual([ipv6])
    expect((await the().engine.loop.pass({ apply: true })).lines).toEqual([])
  })

  it('is reached through Caddy over IPv6', async () => {
    expect((await visit(on6, the().host('dual'))).status).toBe(200)
  })
})

describe('lab: a bridge without IPv4', () => {
  const bridge = new Bridge(lab, 'sbsix0')
  beforeAll(() => bridge.make(onlyIpv6))
  afterAll(() => bridge.remove())

  describe('has sandboxes that', () => {
    const the = playOf(() => labStage(() => ({ network: bridge.name, pins: null })))

    it('are created, and answer', async () => {
      expect((await the().create('six')).state).toBe('done')
      expect(the().facts('six')).toMatchObject({ ipv4: null, ipv6: '2001:db8:6::2' })
      expect(await the().answers('six')).toEqual(asItShould)
      const { id } = the().facts('six')
      expect((await the().outside.route(id, 'app')).dial).toBe('[2001:db8:6::2]:8000')
      expect((await the().engine.loop.pass({ apply: true })).lines).toEqual([])
    })

    it('have a pipe to it', () => {
      const upstream = readFileSync(join(the().engine.pipesFolder, 'six', 'sshpiper_upstream'), 'utf8')
      expect(upstream).toBe('exedev@[2001:db8:6::2]:22\n')
    })

    itLetsItsPersonIn('six', the)

    it('reach neither each other nor the host, where the ACL is; the host reaches them', async () => {
      const { outside, engine } = the()
      await the().create('seven')
      expect(await the().answers('seven')).toEqual(asItShould)
      const server = createServer((socket) => void socket.end('host'))
      await new Promise<void>((resolve) => server.listen(8765, GATEWAY, resolve))
      const instance = the().facts('seven').instance
      const reaches = async (address: string, port: number): Promise<string> => {
        const script = `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' && echo yes || echo no`
        return (await outside.inside(instance, 'sh', '-c', script)).trim()
      }
      try {
        expect(await reaches(GATEWAY, 8765)).toBe('yes')
        const network = await engine.instances.network(AbortSignal.timeout(10_000))
        await ensureAcl(outside.incus, 'sbsix', network)
        await bridge.change({ 'security.acls': 'sbsix' })
        expect(await reaches(GATEWAY, 8765)).toBe('no')
        expect(await reaches(the().facts('six').ipv6 ?? '', 8000)).toBe('no')
        expect(await reaches(GATEWAY, 53)).toBe('yes')
        expect((await visitUntil(200, () => the().app('seven'))).status).toBe(200)
      } finally {
        server.close()
        await bridge.change({ 'security.acls': '' })
        await rawDone(lab, 'DELETE', '/1.0/network-acls/sbsix')
      }
    })
  })
})
