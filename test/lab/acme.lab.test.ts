import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawCaddy, restartCaddy } from './caddy.js'
import { trusted } from './https.js'
import { labUp } from './lab.js'
import { LabService } from './lab-service.js'
import { Pebble } from './pebble.js'
import { labStage } from './stage.js'
import { ZoneByHand } from './zone.js'

const lab = await labUp()
const BASE = `box.${lab.dns.bind.zone}`
const [PORT4, PORT6] = [lab.caddy.https, '[::1]:7443']
const SOON = { timeout: 20_000, interval: 200 }

describe('lab: certificates from a real authority, by a real Caddy', () => {
  const zone = new ZoneByHand(lab.dns.bind)
  let pebble: Pebble
  let service: LabService
  let stage: Awaited<ReturnType<typeof labStage>>
  let root: string

  beforeAll(async () => {
    stage = await labStage()
    pebble = await Pebble.start(lab)
    root = await pebble.root()
    // Where Caddy answers the authority's questions, in place of 80 and 443.
    const http = { http_port: Number(lab.caddy.http.split(':')[1]), https_port: 7443 }
    await rawCaddy(lab, 'POST', '/config/', { admin: { listen: new URL(lab.caddy.admin).host }, apps: { http } })
    service = new LabService(lab, {
      domains: { base: BASE, resolvers: [lab.dns.bind.address] },
      caddy: { listen: [PORT4, PORT6], tls: 'acme', acme_directory: pebble.directory, acme_root: pebble.rootFile },
    })
    await service.start()
  })
  afterAll(async () => {
    await service.close()
    await pebble.stop()
    await zone.clear()
    await stage.close()
  })

  const status = (host: string, address = '127.0.0.1') => trusted(root, host, address)
  const card = async (): Promise<string> => (await service.say('show', 'myapp')).text

  it('none is asked for while DNS does not lead here, not even by a visitor', async () => {
    await zone.leads(BASE, '127.0.0.1', '::1')
    await expect.poll(() => service.say('create', 'myapp').then(({ code }) => code), SOON).toBe(0)
    expect(await status(`myapp.${BASE}`)).toBe('no certificate')
    expect(await status(`stranger.${BASE}`)).toBe('no certificate')
    expect(pebble.orders()).toBe(0)
    await expect.poll(card, SOON).toContain('none yet')
  })

  it('comes by itself as soon as a wildcard leads here, for the app and for the agent', async () => {
    await zone.leads(`*.${BASE}`, '127.0.0.1', '::1')
    await expect.poll(() => status(`myapp.${BASE}`), SOON).toBe(200)
    await expect.poll(() => status(`shelley.myapp.${BASE}`), SOON).toBe(401)
    await expect.poll(card, SOON).toMatch(/Certificate\s+until 20\d\d-\d\d-\d\d \d\d:\d\d UTC · Pebble/)
  })

  it('of a new sandbox is there before its first visitor', async () => {
    expect((await service.say('create', 'second')).code).toBe(0)
    await expect.poll(async () => (await service.say('show', 'second')).text, SOON).toContain('· Pebble')
    expect(await status(`second.${BASE}`)).toBe(200)
    expect(await status(`second.${BASE}`, '::1')).toBe(200)
  })

  it('of a domain of a person’s own, below a suffix of two parts, comes once its records are right', async () => {
    const domain = `app.${lab.dns.bind.customZone}`
    const added = await service.say('domain', 'myapp', 'add', domain)
    expect(added).toMatchObject({ code: 0 })
    expect(added.text).toContain(`Set \`${domain} A 127.0.0.1\` and \`${domain} AAAA ::1\``)
    expect(await status(domain)).toBe('no certificate')
    await zone.leads(domain, '127.0.0.1')
    await expect.poll(() => status(domain), SOON).toBe(200)
    expect(await card()).toContain(`https://${domain}`)
  })

  it('is validated and served over IPv6 alone, too', async () => {
    const domain = `six.${lab.dns.bind.customZone}`
    await zone.leads(domain, '::1')
    expect((await service.say('domain', 'myapp', 'add', domain)).code).toBe(0)
    await expect.poll(() => status(domain, '::1'), SOON).toBe(200)
  })

  it('is asked for nobody else, whatever visitors ask', async () => {
    const orders = pebble.orders()
    for (const host of [`stranger.${BASE}`, `stranger.${lab.dns.bind.customZone}`, BASE, 'example.net']) {
      expect(await status(host)).toBe('no certificate')
    }
    expect(orders).toBeGreaterThan(0)
    expect(pebble.orders()).toBe(orders)
  })

  it('of a sandbox is served by a Caddy that starts while we are away', async () => {
    await service.stop()
    await restartCaddy(lab, { resume: true })
    await expect.poll(() => status(`myapp.${BASE}`), SOON).toBe(200)
    await service.start()
    await expect.poll(() => status(`app.${lab.dns.bind.customZone}`), SOON).toBe(200)
  })

  it('is not served any more when its sandbox is gone', async () => {
    for (const name of ['myapp', 'second']) expect((await service.say('delete', name)).code).toBe(0)
    expect(await status(`app.${lab.dns.bind.customZone}`)).toBe('no certificate')
  })
})
