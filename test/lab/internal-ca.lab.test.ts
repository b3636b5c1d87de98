import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawCaddy } from './caddy.js'
import { trusted } from './https.js'
import { labUp } from './lab.js'
import { LabService } from './lab-service.js'
import { labStage } from './stage.js'

const lab = await labUp()

describe('lab: certificates of Caddy’s own authority', () => {
  const service = new LabService(lab, {
    domains: { base: 'box.test' },
    caddy: { listen: [lab.caddy.https], tls: 'internal' },
  })
  let stage: Awaited<ReturnType<typeof labStage>>

  beforeAll(async () => {
    stage = await labStage()
    await rawCaddy(lab, 'POST', '/config/', null)
    await service.start()
  })
  afterAll(async () => {
    await service.close()
    await stage.close()
  })

  it('are trusted by whoever installs the root that is handed out', async () => {
    await expect.poll(() => service.say('create', 'myapp').then(({ code }) => code), { timeout: 20_000 }).toBe(0)
    const { code, text } = await service.say('certificate', 'root')
    expect(code).toBe(0)
    const root = /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.exec(text)?.[0] ?? ''
    await expect.poll(() => trusted(root, 'myapp.box.test'), { timeout: 10_000 }).toBe(200)
    await expect
      .poll(async () => (await service.say('show', 'myapp')).text, { timeout: 10_000 })
      .toMatch(/Certificate\s+until \S+ \S+ UTC · Caddy Local Authority/)
    expect((await service.say('delete', 'myapp')).code).toBe(0)
  })
})
