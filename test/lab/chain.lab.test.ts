import { randomBytes } from 'node:crypto'
import { get } from 'node:https'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Bind } from './bind.js'
import { rawCaddy } from './caddy.js'
import { labUp } from './lab.js'
import { LabService } from './lab-service.js'
import { Pebble } from './pebble.js'
import { labStage } from './stage.js'

const lab = await labUp()
const { address, zone, customZone, keyFile } = lab.dns.bind
const BASE = `t${randomBytes(4).toString('hex')}.${zone}`
const [PORT4, PORT6] = [lab.caddy.https, '[::1]:7443']
const HERE = ['127.0.0.1', '::1']
const SOON = { timeout: 20_000, interval: 200 }

/** From the words of a person to a page that a browser trusts, and back to nothing. */
describe('lab: from create to HTTPS, by BIND and a real authority', () => {
  const bind = new Bind(lab.dns.bind)
  let pebble: Pebble
  let service: LabService
  let stage: Awaited<ReturnType<typeof labStage>>
  let root: string
  let before: readonly string[]

  const zones = async (): Promise<readonly string[]> => [
    ...(await bind.transfer(zone)).filter((line) => line.includes(BASE)),
    ...(await bind.transfer(customZone)),
  ]

  beforeAll(async () => {
    stage = await labStage()
    pebble = await Pebble.start(lab)
    root = await pebble.root()
    await bind.update(zone, `update add ${BASE}. 60 TXT "somebody-elses"`)
    await bind.update(customZone, `update add mail.${customZone}. 60 A 192.0.2.25`)
    const http = { http_port: Number(lab.caddy.http.split(':')[1]), https_port: 7443 }
    await rawCaddy(lab, 'POST', '/config/', { admin: { listen: new URL(lab.caddy.admin).host }, apps: { http } })
    service = new LabService(lab, {
      domains: { base: BASE, resolvers: [address], public_ipv4: HERE[0], public_ipv6: HERE[1], public_resolvers: [] },
      dns: {
        providers: [{ name: 'bind', kind: 'rfc2136', server: address, key_file: keyFile, name_servers: [address] }],
      },
      caddy: { listen: [PORT4, PORT6], tls: 'acme', acme_directory: pebble.directory, acme_root: pebble.rootFile },
    })
    await service.start()
    await vi.waitFor(async () => expect(await bind.dig(`any.${BASE}`, 'AAAA')).toEqual([HERE[1]]), SOON)
    before = await zones()
  })
  afterAll(async () => {
    await service.close()
    await pebble.stop()
    const names = new Set((await zones()).map((line) => line.split(' ')[0] ?? ''))
    await bind.update(zone, ...[...names].filter((name) => name.includes(BASE)).map((name) => `update delete ${name}`))
    await bind.update(customZone, `update delete mail.${customZone}.`)
    await stage.close()
  })

  /** The status over HTTPS that a browser would trust; why not, where it would not. */
  function status(host: string, at = '127.0.0.1'): Promise<number | string> {
    return new Promise((resolve) => {
      const options = { host: at, port: 7443, servername: host, headers: { host }, ca: root, agent: false }
      get(options, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      }).on('error', (error) => resolve(error.message))
    })
  }

  it('for a sandbox below the base: one wildcard answers, and costs it nothing', async () => {
    const serial = await bind.serial(zone)
    await expect.poll(() => service.say('create', 'myapp').then(({ code }) => code), SOON).toBe(0)
    expect(await bind.dig(`myapp.${BASE}`, 'A')).toEqual([HERE[0]])
    expect(await bind.dig(`shelley.myapp.${BASE}`, 'AAAA')).toEqual([HERE[1]])
    await expect.poll(() => status(`myapp.${BASE}`), SOON).toBe(200)
    await expect.poll(() => status(`shelley.myapp.${BASE}`, '::1'), SOON).toBe(401)
    expect(await bind.serial(zone)).toBe(serial)
  })

  it('for a domain of a person’s own, below a suffix of two parts, over both families', async () => {
    const domain = `app.${customZone}`
    expect((await service.say('create', domain)).code).toBe(0)
    for (const name of [domain, `shelley.${domain}`]) {
      expect(await bind.dig(name, 'A')).toEqual([HERE[0]])
      expect(await bind.dig(name, 'AAAA')).toEqual([HERE[1]])
    }
    await expect.poll(() => status(domain), SOON).toBe(200)
    await expect.poll(() => status(domain, '::1'), SOON).toBe(200)
    await expect.poll(() => status(`shelley.${domain}`, '::1'), SOON).toBe(401)
  })

  it('and back: what was made for them is gone, and the rest stands as it was', async () => {
    for (const name of ['myapp', `app-${customZone.replaceAll('.', '-')}`]) {
      expect((await service.say('delete', name)).code).toBe(0)
    }
    expect(await zones()).toEqual(before)
    expect(before.filter((line) => line.includes('sandpiper'))).toHaveLength(4)
  })
})
