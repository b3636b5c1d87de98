import { describe, expect, it, vi, type TestContext } from 'vitest'
import type { Gate } from '../peers/gate.js'
import { nothing, TestService, type Saying } from './service.js'

async function aService({ onTestFinished }: TestContext): Promise<TestService> {
  const service = new TestService()
  onTestFinished(() => service.close())
  return service.start()
}

const WAIT = { timeout: 30_000 }
const shows = (saying: Saying, words: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(saying.text()).toMatch(words), WAIT)

const cases = [
  ['Incus', 'not there', (service) => service.incus, (gate) => gate.leave()],
  ['Incus', 'hanging', (service) => service.incus, (gate) => gate.hang()],
  ['Caddy', 'not there', (service) => service.caddy, (gate) => gate.leave()],
  ['Caddy', 'hanging', (service) => service.caddy, (gate) => gate.hang()],
] as const satisfies readonly [string, string, (of: TestService) => Gate, (gate: Gate) => Promise<void>][]

describe.concurrent.each(cases)('%s %s', (name, _state, gateOf, goAway) => {
  const away = new RegExp(`the host’s ${name} (does not answer|did not answer in time)`)
  const waiting = new RegExp(`Waiting: ${away.source}; trying again`)

  it('what is asked for waits, can be cancelled, and goes on by itself', { timeout: 60_000 }, async (context) => {
    const service = await (await aService(context)).serve()
    await service.ready()
    await service.done('create blog')
    await service.done('create shop')
    const before = await service.traces()

    await goAway(gateOf(service))
    const create = service.saying('create fresh')
    const stop = service.saying('stop blog')
    const port = service.saying('port shop 3000')
    const sync = service.saying('sync')
    await Promise.all([create, stop, port].map((saying) => shows(saying, waiting)))
    expect((await service.traces()).instances).toEqual(before.instances)
    await service.done('list')
    expect((await service.done('show shop')).text).toContain('port under way')
    const refused = await sync.ended
    expect(refused).toMatchObject({ code: 1, text: expect.stringMatching(away) as string })
    expect(refused.text).toContain('Please try again in a moment.')
    expect(await service.say('start shop')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/shop: port is under way .* Wait for its end, or cancel it\./) as string,
    })
    await service.done('cancel blog')

    await gateOf(service).open()
    expect(await create.ended).toMatchObject({ code: 0, text: expect.stringContaining('● fresh · running') as string })
    expect(await port.ended).toMatchObject({ code: 0 })
    expect((await stop.ended).text).toContain(
      '✕ Stopping blog was cancelled\nAda cancelled it. blog is as it was before.',
    )
    expect((await service.done('show blog')).text).toContain('● blog · running')
    const after = await service.traces()
    expect(after).toMatchObject({ rows: ['blog', 'fresh', 'shop'], live: [] })
    expect(after.instances.toSorted()).toEqual(after.rows)

    const incident = /incident (\w{4})/.exec(refused.text)?.[1] ?? 'none'
    expect(service.logged(incident)).toMatchObject([{ error: { message: expect.any(String) as string } }])
    for (const sandbox of ['fresh', 'blog', 'shop']) {
      const [line] = service.logged(`"sandbox":"${sandbox}"`)
      expect(line).toMatchObject({ operation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
      expect(String(line?.['msg'])).toMatch(/^(caddy: )?GET \//)
    }
    for (const secret of service.secrets()) expect(service.log()).not.toContain(secret)
  })

  it('after give_up_minutes it goes back, as soon as that can be', { timeout: 60_000 }, async (context) => {
    const service = await (await aService(context)).serve()
    await service.ready()
    await service.done('create shop')
    const before = await service.traces()

    await goAway(gateOf(service))
    const create = service.saying('create fresh')
    const port = service.saying('port shop 3000')
    await Promise.all([create, port].map((saying) => shows(saying, waiting)))
    service.ahead = 31 * 60_000
    await Promise.all([create, port].map((saying) => shows(saying, '◐ Undoing')))

    await gateOf(service).open()
    const sentence = (lead: string): RegExp => new RegExp(`${lead}\\nThe host’s ${name} di?d?(oes)? not answer`)
    expect(await create.ended).toMatchObject({
      code: 1,
      text: expect.stringMatching(sentence('✕ fresh could not be created')) as string,
    })
    expect((await create.ended).text).toContain('Nothing was left behind.')
    expect(await port.ended).toMatchObject({
      code: 1,
      text: expect.stringMatching(sentence("✕ shop's port could not be changed")) as string,
    })
    expect(await service.traces()).toEqual(before)
    service.ahead = 0
    expect((await service.done('show shop')).text).toContain('app port 8000')
  })
})

describe.concurrent.each(['leave', 'hang'] as const)('%s', (how) => {
  it('of a host that never answered: a sentence, nothing written down, and all is well when it comes', async (context) => {
    const service = await aService(context)
    await Promise.all([service.incus[how](), service.caddy[how]()])
    await service.serve()
    expect(await service.say('create fresh')).toEqual({
      code: 1,
      text: 'The host has not answered yet. Please try again in a moment.',
    })
    expect(await service.traces()).toEqual(nothing)
    await service.done('list')
    await Promise.all([service.incus.open(), service.caddy.open()])
    await service.ready()
    await service.done('create fresh')
    expect(await service.traces()).toMatchObject({ instances: ['fresh'], rows: ['fresh'], live: [] })
  })

  it.for([
    ['the instance', /^POST \/1\.0\/instances\?/],
    ['its files', /^POST \/1\.0\/instances\/[^/]+\/files/],
    ['its start', /^PUT \/1\.0\/instances\/[^/]+\/state/],
  ] as const)(
    'of Incus between a request for %s and its answer: one instance',
    { timeout: 40_000 },
    async ([, request], context) => {
      const service = await (await aService(context)).serve()
      await service.ready()
      service.incus.closeBehind(request, how)
      const create = service.saying('create fresh')
      await shows(create, /Waiting: the host’s Incus/)
      await service.incus.open()
      expect(await create.ended).toMatchObject({
        code: 0,
        text: expect.stringContaining('● fresh · running') as string,
      })
      expect(await service.traces()).toMatchObject({ instances: ['fresh'], rows: ['fresh'], live: [] })
    },
  )

  it('of Caddy between a write and its answer: the routes are there once', { timeout: 40_000 }, async (context) => {
    const service = await (await aService(context)).serve()
    await service.ready()
    await service.done('create blog')
    service.caddy.closeBehind(/^(PATCH|POST) \/config\//, how)
    const create = service.saying('create fresh')
    await shows(create, /Waiting: the host’s Caddy/)
    await service.caddy.open()
    expect(await create.ended).toMatchObject({ code: 0, text: expect.stringContaining('● fresh · running') as string })
    const routes = ['blog', 'fresh'].flatMap((name) => [`${name}.localhost`, `shelley.${name}.localhost`])
    expect(await service.traces()).toMatchObject({ routes: routes.toSorted(), live: [] })
  })
})
